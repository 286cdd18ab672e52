// A new process: [data-process-new]. From an empty template with lanes; copies of other processes are made by the server.
import { element } from '../lib/dom.js';
import { request } from '../lib/http.js';
import { idFor, template } from './template.js';

const MOST_LANES = 12;

class Page {
  constructor(host) {
    this.host = host;
    this.urls = host.dataset;
  }

  async start() {
    const { roles = [], units = [], processes = [] } = await request(this.urls.reference);
    this.roles = roles;
    this.name = this.input('nama', { required: true, maxlength: '150' });
    this.id = this.input('id', { required: true, maxlength: '100', pattern: '[A-Za-z_][A-Za-z0-9_.\\-]*' });
    this.name.addEventListener('input', () => { if (!this.idTyped) this.id.value = idFor(this.name.value); });
    this.id.addEventListener('input', () => { this.idTyped = this.id.value !== ''; });
    this.source = element('select', { class: 'form-select', id: 'baru-dari' }, element('option', { value: '' }, 'Templat kosong dengan lajur'), ...processes.map(({ id, name }) => element('option', { value: id }, `Salinan “${name}”`)));
    this.unit = element('select', { class: 'form-select', id: 'baru-unit', required: true }, element('option', { value: '' }, 'Pilih unit'), ...units.map(({ code, name }) => element('option', { value: code }, name)));
    this.lanes = element('ol', { class: 'list-unstyled' });
    this.laneBox = element('fieldset', { class: 'mb-3' }, element('legend', { class: 'form-label' }, 'Lajur pelaksana, dari atas ke bawah'), this.lanes, element('button', { type: 'button', class: 'btn btn-sm', onclick: () => this.add() }, 'Tambah lajur'));
    this.source.addEventListener('change', () => { this.laneBox.hidden = this.source.value !== ''; });
    this.said = element('p', { class: 'text-red', role: 'alert', hidden: true });
    const form = element('form', {}, this.field('baru-nama', 'Nama SOP', this.name), this.field('baru-id', 'Id proses', this.id, 'Tidak dapat diubah lagi. Huruf, angka, dan garis bawah.'),
      this.field('baru-unit', 'Unit pemilik', this.unit), this.field('baru-dari', 'Mulai dari', this.source), this.laneBox, this.said, element('button', { type: 'submit', class: 'btn btn-primary' }, 'Buat dan gambar'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.create();
    });
    this.add();
    this.add();
    this.host.append(form);
    this.host.dataset.ready = 'true';
  }

  input(name, attributes) {
    return element('input', { type: 'text', class: 'form-control', id: `baru-${name}`, autocomplete: 'off', ...attributes });
  }

  field(id, label, control, help) {
    return element('div', { class: 'mb-3' }, element('label', { class: control.required ? 'form-label required' : 'form-label', for: id }, label), control, help ? element('p', { class: 'form-hint' }, help) : null);
  }

  add() {
    if (this.lanes.children.length >= MOST_LANES) return;
    const name = element('input', { type: 'text', class: 'form-control', 'aria-label': 'Nama pelaksana', placeholder: 'Nama pelaksana', maxlength: '100' });
    const role = element('select', { class: 'form-select', 'aria-label': 'Peran' }, element('option', { value: '' }, 'Pilih peran'), ...this.roles.map((one) => element('option', { value: one.code }, one.name)));
    role.addEventListener('change', () => { if (!name.value && role.value) name.value = role.selectedOptions[0].textContent; });
    const row = element('li', { class: 'baru-lajur' }, name, role, element('button', { type: 'button', class: 'btn btn-sm', 'aria-label': 'Hapus lajur ini', onclick: () => { if (this.lanes.children.length > 1) row.remove(); } }, 'Hapus'));
    this.lanes.append(row);
  }

  async create() {
    const [ id, name, unit, copyOf ] = [ this.id.value.trim(), this.name.value.trim(), this.unit.value, this.source.value ];
    const lanes = [ ...this.lanes.children ].map((row) => ({ name: row.querySelector('input').value.trim(), role: row.querySelector('select').value })).filter((lane) => lane.name);
    this.said.hidden = true;
    try {
      if (!copyOf && !lanes.length) throw new Error('Isi sedikitnya satu lajur pelaksana.');
      const { next } = await request(this.urls.create, { method: 'POST', json: copyOf ? { id, name, unit, copyOf } : { id, name, unit, xml: template(id, name, lanes) } });
      location.assign(next);
    } catch (problem) {
      this.said.textContent = problem.message;
      this.said.hidden = false;
    }
  }
}

const host = document.querySelector('[data-process-new]');
if (host) {
  new Page(host).start().catch((error) => {
    host.dataset.ready = 'error';
    host.append(element('p', { role: 'alert' }, `Halaman ini tidak dapat dibuka. ${error.message}`));
    console.error(error);
  });
}
