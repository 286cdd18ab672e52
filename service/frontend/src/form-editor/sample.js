// Sample data for the preview: what the server offers, and for the rest something of the right kind.

const ROWS = 2;

const OPTIONS = [ { label: 'Pilihan pertama', value: 'pilihan-1' }, { label: 'Pilihan kedua', value: 'pilihan-2' } ];

function valueOf(component, row) {
  switch (component.type) {
    case 'number': return component.serializeToString ? '1250000.50' : 84.5;
    case 'checkbox': return row % 2 === 1;
    case 'textfield': case 'textarea': return `Contoh ${(component.label || component.key || 'isian').toLowerCase()}${row ? ` ${row}` : ''}`;
    case 'datetime': return component.subtype === 'time' ? '09:30' : component.subtype === 'datetime' ? '2026-11-23T09:30' : '2026-11-23';
    case 'select': case 'radio': return (component.values ?? OPTIONS)[0]?.value ?? null;
    case 'checklist': case 'taglist': return (component.values ?? OPTIONS).slice(0, 1).map(({ value }) => value);
    default: return undefined;
  }
}

/**
 * Data with which `schema` shows itself well. What can be filled in stays empty, so that the preview looks as it does to
 * the one who opens it; what is only read, and the rows of fixed lists, get something to show. `given` goes before, but
 * for a list without rows.
 */
export function sample(schema, given = {}) {
  const fill = (components, row, reading) => {
    const data = {};
    for (const component of components ?? []) {
      if (component.valuesKey) data[component.valuesKey] = OPTIONS;
      if (component.type === 'group') {
        const inner = fill(component.components, row, reading);
        if (component.path) data[component.path] = inner;
        else Object.assign(data, inner);
      } else if (component.type === 'dynamiclist') {
        if (component.path && component.allowAddRemove === false) data[component.path] = Array.from({ length: ROWS }, (_, index) => fill(component.components, index + 1, true));
      } else if (component.key && (component.readonly || reading)) {
        const value = component.readonly ? valueOf(component, row) : undefined;
        if (value !== undefined) data[component.key] = value;
      }
    }
    return data;
  };
  const made = fill(schema.components, 0, false);
  const known = Object.entries(given).filter(([ key, value ]) => !Array.isArray(made[key]) || (Array.isArray(value) && value.length));
  return { ...made, ...Object.fromEntries(known) };
}
