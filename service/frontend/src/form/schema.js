// Between the server's JSON and form-js: what goes in, what comes out, and where an error belongs.

const ENGLISH_DEFAULTS = new Set([ 'textfield', 'textarea', 'number', 'checkbox', 'checklist', 'radio', 'select', 'taglist', 'filepicker', 'group', 'dynamiclist', 'table', 'button' ]);

/** The schema as form-js is to draw it. Nothing is collapsed: a row that is out of sight is forgotten. */
export function prepare(schema) {
  const walk = (component) => {
    const copy = { ...component };
    if (ENGLISH_DEFAULTS.has(copy.type) && copy.label === undefined) copy.label = '';
    if (copy.type === 'datetime' && copy.dateLabel === undefined) copy.dateLabel = copy.label ?? '';
    if (copy.type === 'dynamiclist') copy.disableCollapse = true;
    if (Array.isArray(copy.components)) copy.components = copy.components.map(walk);
    return copy;
  };
  return walk(schema);
}

const get = (node, path) => path.reduce((inner, key) => inner?.[key], node);

function set(node, path, value) {
  let owner = node;
  path.slice(0, -1).forEach((key, position) => {
    owner[key] ??= typeof path[position + 1] === 'number' ? [] : {};
    owner = owner[key];
  });
  owner[path.at(-1)] = value;
}

/**
 * What the person's fields hold now. As form-js' own submit data, with two repairs: an empty list is an empty list
 * (form-js leaves it out, and the server would take it for "not answered"), and a row without values is `{}`, not null.
 */
export function collect(form) {
  const data = form._getState().data;
  const out = {};
  for (const instance of form.get('formFieldInstanceRegistry').getAll()) {
    const field = form.get('formFieldRegistry').get(instance.id);
    const config = form.get('formFields').get(field.type).config;
    const value = get(data, instance.valuePath);
    if (field.type === 'dynamiclist' && Array.isArray(value)) {
      const rows = get(out, instance.valuePath) ?? [];
      value.forEach((_, index) => { rows[index] ??= {}; });
      set(out, instance.valuePath, rows);
    } else if (config.keyed && !field.disabled) set(out, instance.valuePath, value ?? null);
  }
  return out;
}

const leaf = (value) => (value === undefined || value === '' || value === false ? 'null' : JSON.stringify(value));

/** Whether the fields hold already what `collect` gave at another time: those that a person fills in. */
export function holds(form, collected) {
  const data = form._getState().data;
  return form.get('formFieldInstanceRegistry').getAll().every((instance) => {
    const field = form.get('formFieldRegistry').get(instance.id);
    const [ now, then ] = [ get(data, instance.valuePath), get(collected, instance.valuePath) ];
    if (field.type === 'dynamiclist') return (now?.length ?? 0) === (then?.length ?? 0);
    const asked = form.get('formFields').get(field.type).config.keyed && !field.disabled && field.readonly !== true && field.type !== 'expression';
    return !asked || leaf(now) === leaf(then);
  });
}

/** The field that a server's path (`["baris", 3, "realisasi"]`) names, with the row numbers on the way; or null. */
export function locate(form, { path = [], field: id }) {
  const registry = form.get('formFieldRegistry');
  const names = path.filter((part) => typeof part !== 'number').join('.');
  const rows = path.filter((part) => typeof part === 'number');
  const paths = form.get('pathRegistry');
  const named = (one) => paths.getValuePath(one)?.filter((part) => typeof part !== 'number').join('.');
  const matching = () => registry.getAll().find((one) => one.type !== 'default' && (one.key || one.path) && named(one) === names);
  const field = registry.get(id) ?? matching();
  if (!field) return null;
  let depth = 0;
  for (let parent = registry.get(field._parent); parent; parent = registry.get(parent._parent)) if (parent.type === 'dynamiclist') depth += 1;
  return { field, rows: rows.slice(0, depth) };
}

/** What a field is called on the screen. */
export const nameOf = (field) => field.label || field.dateLabel || field.timeLabel || field.key || field.path || '';
