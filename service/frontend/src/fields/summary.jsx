// Rows with many fields: a line for each with the fields that say it in short, and the rest folded below it.
// What is folded stays drawn, only out of sight: form-js forgets the value of a field that is not drawn.
import { FormField, buildExpressionContext } from '@bpmn-io/form-js-viewer';
import { Component } from 'preact';
import { useRef } from 'preact/hooks';
import { useService } from './common.jsx';

const blank = (value) => value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && !value.length);
const typed = (field) => field.key && !field.readonly && !field.disabled && field.type !== 'expression';

/** The fields of a row by where they stand; null where the form's author marked none (`"summary": "yes"`). */
export function foldedColumns(shown, silent, layouter, field) {
  const marked = shown.filter((component) => component.properties?.summary === 'yes');
  if (!marked.length || marked.length === shown.length) return null;
  const rest = new Set(shown.filter((component) => !marked.includes(component)).map((component) => component.id));
  const lines = layouter.getRows(field.id).map((line) => line.components.filter((id) => rest.has(id))).filter((ids) => ids.length);
  const folded = [];
  for (const line of lines.map((ids) => ids.map((id) => shown.find((component) => component.id === id)))) {
    const before = folded.at(-1);
    // What is only read flows on: where a marked field left its line, the next one moves up.
    if (before && [ ...before, ...line ].every((component) => !typed(component))) before.push(...line);
    else folded.push(line);
  }
  return { shown: marked, silent, folded };
}

/** Whether anything in these rows is filled in here. */
export const filledIn = (field) => field.components.some(typed);

/** How far a row is: `missing`, the first field that still has to be filled in, or null; of what is folded, how many fields
 * are `asked` for now and whether one of them is `filled`. */
export function progress(field, folded, item, context, conditions) {
  const around = buildExpressionContext(context);
  const shown = field.components.filter((component) => typed(component) && !conditions.check(component.conditional?.hide ?? '', around));
  const inside = shown.filter((component) => folded.includes(component.id));
  return {
    missing: shown.find((component) => component.validate?.required && blank(item?.[component.key])) ?? null,
    asked: inside.length,
    filled: inside.some((component) => !blank(item?.[component.key])),
  };
}

/** The cells of the line go in between; a button opens what is folded. Opens by itself where an error is folded, and where
 * something in the line made a folded field appear. */
export class FoldedRow extends Component {
  static getDerivedStateFromProps({ troubled, state: { asked } }, before) {
    const open = (troubled && troubled !== before.troubled) || asked > before.asked;
    return { troubled, asked, ...(open ? { open } : {}) };
  }

  componentDidMount() {
    this.base.alurOpen = () => this.setState({ open: true });
    this.base.alurClose = () => this.setState({ open: false });
  }

  render({ id, number, columns, shared, span, state: { missing, filled }, children }, { open = false }) {
    return (
      <tbody class={`alur-baris ${open ? 'alur-baris-buka' : ''}`} data-belum={missing ? missing.id : undefined}>
        <tr>
          {children}
          <td class="alur-sel-buka">
            <button type="button" class="alur-buka" aria-expanded={open ? 'true' : 'false'} aria-controls={id} onClick={() => this.setState({ open: !open })}>
              <svg aria-hidden="true" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M6 9l6 6 6-6" /></svg>
              Rincian<span class="visually-hidden"> baris {number}</span>
            </button>
            {filled && <span class="alur-terisi">terisi</span>}
          </td>
        </tr>
        <tr class="alur-rinci" id={id} hidden={!open}>
          <td colSpan={span}>
            {columns.folded.map((line) => (
              <div key={line[0].id} class="fjs-layout-row">{line.map((component) => <FormField key={component.id} {...shared} field={component} />)}</div>
            ))}
          </td>
        </tr>
      </tbody>
    );
  }
}

/** Above the rows: how many there are and how many are not complete, the way to the next of these, all open or closed. */
export function Overview({ count, incomplete, readonly }) {
  const own = useRef(null);
  const at = useRef(-1);
  const formId = useService('form')._id;
  const bodies = () => [ ...own.current.closest('.alur-ringkas').querySelectorAll('tbody.alur-baris') ];
  const all = (open) => bodies().forEach((body) => (open ? body.alurOpen() : body.alurClose()));
  const next = () => {
    const rows = bodies();
    const open = rows.map((body, index) => (body.dataset.belum ? index : -1)).filter((index) => index >= 0);
    if (!open.length) return;
    at.current = open.find((index) => index > at.current) ?? open[0];
    const body = rows[at.current];
    const node = () => document.getElementById(`fjs-form-${formId}-${body.dataset.belum}_${at.current}`);
    if (node()?.closest('.alur-rinci')) body.alurOpen();
    setTimeout(() => {
      body.scrollIntoView({ block: 'center' });
      (node()?.matches('input, select, textarea') ? node() : body.querySelector('button')).focus({ preventScroll: true });
    });
  };
  return (
    <div class="alur-ikhtisar" ref={own}>
      <p role="status">{count} baris{!readonly && (incomplete ? <>, <strong>{incomplete} belum lengkap</strong></> : ', semua lengkap')}</p>
      <div class="alur-ikhtisar-tombol">
        {!readonly && incomplete > 0 && <button type="button" class="btn btn-outline-primary" onClick={next}>Berikutnya yang belum lengkap</button>}
        <button type="button" class="btn alur-ikhtisar-semua" onClick={() => all(true)}>Buka semua</button>
        <button type="button" class="btn alur-ikhtisar-semua" onClick={() => all(false)}>Tutup semua</button>
      </div>
    </div>
  );
}
