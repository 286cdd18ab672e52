// Errors at their fields, and a summary whose links lead there.
import { element } from '../lib/dom.js';
import { locate, nameOf } from './schema.js';

/** `{id: [..] | {row: [..]}}` of form-js as a flat list, in the order of the form. */
function flatten(form, errors) {
  const order = form.get('formFieldRegistry').getAll().map((field) => field.id);
  const list = [];
  const walk = (field, node, rows) => {
    if (Array.isArray(node) && node.every((one) => typeof one === 'string')) node.forEach((message) => list.push({ field, rows, message }));
    else for (const [ row, inner ] of Object.entries(node ?? {})) if (inner) walk(field, inner, [ ...rows, Number(row) ]);
  };
  for (const [ id, node ] of Object.entries(errors)) walk(form.get('formFieldRegistry').get(id), node, []);
  const registry = form.get('formFieldRegistry');
  const rank = (id) => order.indexOf(id);
  const outermost = (field) => {
    let list = field;
    for (let parent = registry.get(field._parent); parent; parent = registry.get(parent._parent)) if (parent.type === 'dynamiclist') list = parent;
    return rank(list.id);
  };
  const compare = (a, b) => outermost(a.field) - outermost(b.field) || (a.rows[0] ?? -1) - (b.rows[0] ?? -1) || rank(a.field.id) - rank(b.field.id);
  return list.filter((one) => one.field).sort(compare);
}

const domId = (form, field, rows) => [ `fjs-form-${form._id}-${field.id}`, ...rows ].join('_');

/** The element that takes the focus for a field: its input, or the first one of a group. */
function target(form, field, rows) {
  const id = domId(form, field, rows);
  const node = document.getElementById(id) ?? document.getElementById(`${id}-0`);
  if (!node) return null;
  if (node.matches('input, select, textarea, button')) return node;
  const frame = node.closest('.fjs-form-field') ?? node;
  return frame.querySelector('input, select, textarea, button') ?? frame;
}

function go(form, field, rows) {
  const node = target(form, field, rows);
  if (!node) return;
  node.scrollIntoView({ block: 'center' });
  node.focus({ preventScroll: true });
}

/** Shows the errors in the summary; an empty list hides it. Entries without a field are plain sentences. */
function summarise(form, box, entries) {
  if (!box) return;
  box.hidden = entries.length === 0;
  if (!entries.length) return box.replaceChildren();
  const count = entries.length === 1 ? 'Satu isian perlu diperbaiki' : `${entries.length} isian perlu diperbaiki`;
  const items = entries.map(({ field, rows = [], message }) => {
    if (!field) return element('li', {}, message);
    const place = [ ...rows.map((row) => `Baris ${row + 1}`), nameOf(field) ].filter(Boolean).join(' – ');
    const link = element('a', { href: `#${domId(form, field, rows)}` }, place || 'Isian');
    link.addEventListener('click', (event) => {
      event.preventDefault();
      go(form, field, rows);
    });
    return element('li', {}, link, `: ${message}`);
  });
  box.setAttribute('role', 'alert');
  box.setAttribute('tabindex', '-1');
  box.replaceChildren(element('p', { class: 'alur-galat-judul' }, count), element('ul', {}, ...items));
  box.scrollIntoView({ block: 'start' });
  box.focus({ preventScroll: true });
}

/** The errors that form-js found itself. */
export function showOwnErrors(form, box, errors) {
  summarise(form, box, flatten(form, errors));
}

/** The server's errors: `[{path, field, message}]`, each at its field and row where the form has one. */
export function showServerErrors(form, box, list) {
  const errors = {};
  const loose = [];
  for (const one of list) {
    const place = locate(form, one);
    if (!place) {
      loose.push({ message: one.message });
      continue;
    }
    let node = errors;
    const steps = [ place.field.id, ...place.rows ];
    steps.slice(0, -1).forEach((step) => { node = (node[step] ??= {}); });
    (node[steps.at(-1)] ??= []).push(one.message);
  }
  form._setState({ errors });
  summarise(form, box, [ ...flatten(form, errors), ...loose ]);
}

export function clearErrors(box) {
  if (!box) return;
  box.hidden = true;
  box.replaceChildren();
}
