// What is said above the form: where the text stands, and what happened to it.
import { copyText, element } from '../lib/dom.js';
import { clock, moment } from '../lib/format.js';

/** The status line `[data-save-status]`. */
export class Status {
  constructor(node, loginUrl) {
    this._node = node;
    this._login = loginUrl;
    node?.setAttribute('role', 'status');
  }

  show(state, { savedAt, problem } = {}) {
    if (!this._node) return;
    const kind = { saving: 'sibuk', waiting: 'sibuk', saved: 'baik', local: 'baik', opened: 'baik' }[state] ?? 'awas';
    this._node.dataset.state = state;
    this._node.className = `alur-status alur-status-${kind}`;
    // Routine comings and goings are not read aloud at every word; trouble is.
    this._node.setAttribute('aria-live', kind === 'awas' ? 'assertive' : 'off');
    this._node.replaceChildren(...this._words(state, savedAt, problem));
  }

  _words(state, savedAt, problem) {
    switch (state) {
      case 'saving': return [ 'Menyimpan…' ];
      case 'waiting': return [ 'Menyimpan…' ];
      case 'opened': return savedAt ? [ `Tersimpan ${clock(savedAt)}` ] : [];
      case 'saved': return [ `Tersimpan ${clock(savedAt)}` ];
      case 'local': return [ 'Isian disimpan di peramban ini sampai dikirim' ];
      case 'expired': return [ 'Belum tersimpan — sesi berakhir, ', element('a', { href: this._login, target: '_blank', rel: 'opener' }, 'masuk lagi') ];
      case 'other': return [ 'Belum tersimpan — orang lain masuk di peramban ini. Isian Anda tetap ada di halaman ini.' ];
      case 'offline': return [ `Belum tersimpan — ${problem?.status ? problem.message : 'server tidak dapat dihubungi'}. Dicoba lagi dengan sendirinya.` ];
      case 'refused': return [ `Belum tersimpan — ${problem?.message ?? 'ditolak oleh server'}` ];
      default: return [ 'Belum tersimpan' ];
    }
  }
}

/** A box above the form for what a person has to know or decide. */
export class Notice {
  constructor(before) {
    this._node = element('div', { class: 'alur-kabar', hidden: true });
    before.before(this._node);
  }

  clear() {
    this._node.hidden = true;
    this._node.replaceChildren();
  }

  /** kind 'info', 'warning' or 'danger'; actions: [[label, handler(button)], …] */
  show(kind, text, actions = []) {
    const buttons = actions.map(([ label, act ]) => {
      const button = element('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary' }, label);
      button.addEventListener('click', () => act(button));
      return button;
    });
    this._node.className = `alur-kabar alert alert-${kind}`;
    this._node.setAttribute('role', kind === 'info' ? 'status' : 'alert');
    this._node.replaceChildren(element('p', {}, text), ...(buttons.length ? [ element('div', { class: 'alur-kabar-tombol' }, ...buttons) ] : []));
    this._node.hidden = false;
  }
}

/** Who did it and when, as far as the server says. */
export const byWhom = ({ body }) => [ body.by && `oleh ${body.by}`, body.at && `pada ${moment(body.at)}` ].filter(Boolean).join(' ');

/** A form's data as lines that can be pasted into a letter. */
export function asText(data, indent = '') {
  return Object.entries(data).map(([ key, value ]) => {
    if (value === null || value === '' || value === undefined) return null;
    if (Array.isArray(value)) return `${indent}${key}:\n${value.map((row, index) => (row && typeof row === 'object' ? `${indent}  ${index + 1}.\n${asText(row, `${indent}    `)}` : `${indent}  - ${row}`)).join('\n')}`;
    if (typeof value === 'object') return `${indent}${key}:\n${asText(value, `${indent}  `)}`;
    return `${indent}${key}: ${value}`;
  }).filter((line) => line !== null).join('\n');
}

export const copyButton = (collect) => [ 'Salin isian saya', (button) => copyText(button, asText(collect())) ];
