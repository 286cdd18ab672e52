// The page's parts around the canvas: toolbar, panel, list of findings, dialogs.
import { element } from '../lib/dom.js';

const SHORTCUTS = [
  [ 'Ctrl + Z, Ctrl + Y', 'Urungkan, ulangi' ], [ 'Ctrl + C, Ctrl + V', 'Salin, tempel' ], [ 'Ctrl + A', 'Pilih semua' ], [ 'Ctrl + F', 'Cari elemen' ],
  [ 'Ctrl + S', 'Simpan draf sekarang' ], [ 'Delete', 'Hapus yang dipilih' ], [ 'E', 'Ubah nama' ], [ 'H, L, S, C', 'Geser kanvas, pilih beberapa, ruang, hubungkan' ],
  [ 'Panah', 'Geser yang dipilih; dengan Shift lebih jauh' ], [ 'Ctrl + panah', 'Geser kanvas' ], [ 'Ctrl + plus, minus, 0', 'Perbesar, perkecil, ukuran semula' ],
  [ 'T', 'Simulasi; dalam simulasi: spasi jeda, R ulang, L catatan' ],
];

/** A button of the toolbar; `name` is its handle (`data-alat`). */
function tool(name, label, text, act, extra = {}) {
  return element('button', { type: 'button', class: 'btn btn-sm', 'data-alat': name, 'aria-label': text ? undefined : label, title: label, onclick: act, ...extra }, text || label);
}

export class Frame {
  /** `acts`: name -> function. */
  constructor(host, acts, { publish } = {}) {
    this.status = element('span', { class: 'alur-status', 'data-save-status': true });
    this.count = element('span', { class: 'alur-editor-jumlah', role: 'status' }, 'Memeriksa…');
    this.canvas = element('div', { class: 'alur-editor-kanvas', 'data-canvas': true });
    this.panel = element('aside', { class: 'alur-editor-panel', 'aria-label': 'Keterangan elemen' });
    this.list = element('ol', { class: 'alur-editor-temuan-isi', hidden: true, id: 'alur-temuan' });
    this.toggle = element('button', { type: 'button', class: 'alur-editor-temuan-kepala', 'aria-expanded': 'false', 'aria-controls': 'alur-temuan', onclick: () => this.openFindings(this.list.hidden) }, this.count);
    this.body = element('div', { class: 'alur-editor-badan' }, this.canvas, this.panel);
    this.file = element('input', { type: 'file', accept: '.bpmn,.xml,application/xml,text/xml', class: 'visually-hidden', tabindex: '-1', 'aria-label': 'Berkas diagram', 'data-unggah': true });
    this.file.addEventListener('change', () => {
      const [ chosen ] = this.file.files;
      this.file.value = '';
      if (chosen) acts.upload(chosen);
    });
    this.publish = publish ? element('a', { class: 'btn btn-sm btn-primary', href: publish, 'data-alat': 'berlakukan' }, 'Berlakukan…') : null;
    this.publish?.addEventListener('click', (event) => acts.publish(event));
    this.undo = tool('urungkan', 'Urungkan (Ctrl+Z)', 'Urungkan', acts.undo, { disabled: true });
    this.redo = tool('ulangi', 'Ulangi (Ctrl+Y)', 'Ulangi', acts.redo, { disabled: true });
    this.simulate = tool('simulasi', 'Simulasi (T)', 'Simulasi', acts.simulate, { 'aria-pressed': 'false' });
    const group = (label, ...parts) => element('div', { class: 'btn-group', role: 'group', 'aria-label': label }, ...parts);
    this.bar = element('div', { class: 'alur-editor-alat', role: 'toolbar', 'aria-label': 'Alat penyunting diagram' },
      group('Urungkan dan ulangi', this.undo, this.redo),
      group('Ukuran diagram', tool('perkecil', 'Perkecil diagram', '−', acts.zoomOut), tool('seluruh', 'Tampilkan seluruh diagram', 'Seluruhnya', acts.fit), tool('perbesar', 'Perbesar diagram', '+', acts.zoomIn)),
      this.simulate,
      menu('Berkas', 'berkas', [
        [ 'Unggah berkas .bpmn…', 'unggah', () => this.file.click() ], [ 'Unduh berkas .bpmn', 'unduh-bpmn', acts.downloadBpmn ],
        [ 'Unduh gambar SVG', 'unduh-svg', acts.downloadSvg ], [ 'Unduh gambar PNG', 'unduh-png', acts.downloadPng ],
      ]),
      tool('pintasan', 'Pintasan papan ketik', 'Pintasan', () => this.shortcuts()),
      element('span', { class: 'alur-editor-sela' }), this.status, tool('simpan', 'Simpan draf sekarang (Ctrl+S)', 'Simpan', acts.save), this.publish);
    this.notices = element('div', { class: 'alur-editor-kabar' });
    this.root = element('div', { class: 'alur-editor' }, this.bar, this.file, this.notices, this.body,
      element('section', { class: 'alur-editor-temuan', 'aria-label': 'Temuan pemeriksaan' }, this.toggle, this.list));
    host.append(this.root);
  }

  openFindings(open) {
    this.list.hidden = !open;
    this.toggle.setAttribute('aria-expanded', String(open));
    this.onResize?.();
  }

  shortcuts() {
    const rows = SHORTCUTS.map(([ keys, act ]) => element('tr', {}, element('th', { scope: 'row' }, keys), element('td', {}, act)));
    const close = element('button', { type: 'button', class: 'btn btn-primary', onclick: () => dialog.close() }, 'Tutup');
    const dialog = element('dialog', { class: 'alur-editor-dialog', 'aria-labelledby': 'alur-pintasan' },
      element('h2', { id: 'alur-pintasan' }, 'Pintasan papan ketik'), element('p', {}, 'Klik kanvas lebih dahulu; di Mac, Cmd menggantikan Ctrl.'),
      element('table', { class: 'table table-sm' }, element('tbody', {}, ...rows)), close);
    show(this.root, dialog);
  }

  /** Asks for one line of text; null when it is called off. */
  ask(title, label, value = '') {
    return new Promise((resolve) => {
      const input = element('input', { type: 'text', class: 'form-control', id: 'alur-tanya', value, required: true, maxlength: '150', autocomplete: 'off' });
      const form = element('form', { method: 'dialog' }, element('h2', { id: 'alur-tanya-judul' }, title), element('label', { class: 'form-label', for: 'alur-tanya' }, label), input,
        element('div', { class: 'alur-editor-dialog-tombol' }, element('button', { type: 'button', class: 'btn', onclick: () => dialog.close() }, 'Batal'), element('button', { type: 'submit', class: 'btn btn-primary', value: 'ya' }, 'Lanjutkan')));
      const dialog = element('dialog', { class: 'alur-editor-dialog', 'aria-labelledby': 'alur-tanya-judul' }, form);
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ya' ? input.value.trim() || null : null));
      show(this.root, dialog);
      input.select();
    });
  }
}

function show(root, dialog) {
  root.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}

function menu(label, name, entries) {
  const items = entries.map(([ text, handle, act ]) => element('button', { type: 'button', class: 'alur-editor-menu-butir', 'data-alat': handle, onclick: () => {
    details.open = false;
    act();
  } }, text));
  const details = element('details', { class: 'alur-editor-menu', 'data-menu': true }, element('summary', { class: 'btn btn-sm', 'data-alat': name }, label), element('div', { class: 'alur-editor-menu-isi' }, ...items));
  return details;
}
