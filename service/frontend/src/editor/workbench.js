// The drawing page itself: the modeler with its frame. It tells `changed(xml)` after each change, and knows no server.
import { element } from '../lib/dom.js';
import { openDiagram } from '../lib/large.js';
import { download, png, readDiagram } from './files.js';
import { fixFor } from './fixes.js';
import { Frame } from './frame.js';
import Modeler from './modeler.js';
import { kindOf, nameOf } from './names.js';
import { runs } from './offered.js';
import { ownerOf } from './sop.js';

const SETTLE = 250;
const NEAR = 0.6;
const NEARLY = 12; // pixels that a whole drawing may lie beside its place: laying out a large one again is dear
const SEVERITY = { error: 'Kesalahan', warning: 'Peringatan' };

const view = (canvas) => {
  const { x, y, scale } = canvas.viewbox();
  return [ x, y, scale ].map((one) => one.toFixed(2)).join(' ');
};

export class Workbench {
  /** options: {reference, urls, publish, processId, onChange(xml), onSave(), notify(kind, text, actions)} */
  constructor(host, options) {
    this._options = options;
    this.frame = new Frame(host, this._acts(), { publish: options.publish });
    this.modeler = new Modeler({
      container: this.frame.canvas, properties: { parent: this.frame.panel }, minimap: { open: false },
      additionalModules: [ { reference: [ 'value', options.reference ], urls: [ 'value', options.urls ] } ],
    });
    this.xml = '';
    this._timer = null;
    this._size = this._room();
    this._listen();
    new ResizeObserver(() => this._resized()).observe(this.frame.canvas);
  }

  _get(name) {
    return this.modeler.get(name);
  }

  /** Shows a diagram; answers what the reader stumbled over. Throws when it is no diagram at all. */
  async open(xml) {
    const { warnings, box } = await openDiagram(this.modeler, xml, (all) => this._look(all));
    this.xml = xml;
    if (!box) this.fit();
    this._buttons();
    return warnings;
  }

  /** The drawing as it is now. */
  async settle() {
    clearTimeout(this._timer);
    this._timer = null;
    this.xml = (await this.modeler.saveXML({ format: true })).xml;
    return this.xml;
  }

  /** The whole diagram beside the palette, never larger than drawn. */
  fit() {
    this._look(this._get('canvas').viewbox().inner);
  }

  _look(inner) {
    const canvas = this._get('canvas');
    const outer = canvas.getSize();
    const palette = this.frame.canvas.querySelector('.djs-palette'); // it covers the left edge
    const [ left, room ] = [ palette.offsetLeft + palette.offsetWidth + 20, 20 ];
    const scale = Math.min(1, (outer.width - left - room) / inner.width, (outer.height - 2 * room) / inner.height);
    if (scale <= 0 || !Number.isFinite(scale)) return;
    const width = outer.width / scale, height = outer.height / scale;
    const wanted = { x: inner.x - left / scale - Math.max(0, (width - (left + room) / scale - inner.width) / 2), y: inner.y - (height - inner.height) / 2, width, height };
    const now = canvas.viewbox();
    const apart = Math.max(...[ 'x', 'y', 'width', 'height' ].map((side) => Math.abs(wanted[side] - now[side])));
    if (apart * scale > NEARLY) canvas.viewbox(wanted);
    this._fitted = view(canvas);
  }

  _room() {
    return `${this.frame.canvas.clientWidth} ${this.frame.canvas.clientHeight}`;
  }

  /** More or less room: what was shown as a whole stays so; who has zoomed in keeps the place. */
  _resized() {
    const canvas = this._get('canvas');
    const size = this._room();
    if (size === this._size) return; // an observer speaks up when it begins, too; each look at a large drawing is dear
    this._size = size;
    const whole = this._fitted && view(canvas) === this._fitted;
    canvas.resized();
    if (whole && this.frame.canvas.clientWidth) this.fit();
  }

  /** Foreign elements of the drawing, as drawn. */
  foreign() {
    return this._get('elementRegistry').filter((one) => !one.labelTarget && !runs(one) && one !== this._get('canvas').getRootElement());
  }

  showFindings(findings) {
    const service = this._get('findings');
    service.show(findings);
    const items = findings.map((finding) => {
      const target = service.place(finding);
      const fix = fixFor(finding, target, this._get('injector'));
      const where = target === this._get('canvas').getRootElement() ? 'Proses' : `${kindOf(target)}: ${nameOf(target)}`;
      return element('li', { class: `alur-temuan-butir alur-temuan-${finding.severity}`, 'data-kode': finding.code, 'data-elemen': finding.element },
        element('button', { type: 'button', class: 'alur-temuan-tuju', onclick: () => service.go(finding) },
          element('span', { class: 'alur-temuan-jenis' }, SEVERITY[finding.severity]), element('span', { class: 'alur-temuan-tempat' }, where), element('span', {}, finding.message)),
        fix ? element('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-perbaiki': finding.code, onclick: fix[1] }, fix[0]) : null);
    });
    this.frame.list.replaceChildren(...(items.length ? items : [ element('li', { class: 'alur-temuan-kosong' }, 'Tidak ada temuan. Diagram ini dapat diberlakukan.') ]));
    const [ errors, warnings ] = [ service.count('error'), service.count('warning') ];
    const words = [ errors && `${errors} kesalahan`, warnings && `${warnings} peringatan` ].filter(Boolean).join(', ');
    this.frame.count.textContent = words || 'Tidak ada temuan';
    this.frame.root.dataset.errors = String(errors);
    this.frame.root.dataset.warnings = String(warnings);
    this.frame.publish?.setAttribute('aria-disabled', String(errors > 0));
  }

  showChecking(state, problem) {
    this.frame.root.dataset.check = state;
    if (state === 'unreachable') this.frame.count.textContent = `Belum dapat diperiksa: ${problem.message}`;
  }

  /** Forms, roles or units changed: the panel shows them. */
  refresh() {
    this._get('eventBus').fire('alur.reference');
  }

  _listen() {
    const bus = this._get('eventBus');
    bus.on('commandStack.changed', () => {
      this._buttons();
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this.changed(), SETTLE);
    });
    bus.on('tokenSimulation.toggleMode', ({ active }) => {
      this.frame.simulate.setAttribute('aria-pressed', String(active));
      this.frame.simulate.classList.toggle('active', active);
      this.frame.panel.inert = active;
      this.frame.root.classList.toggle('alur-menyimulasi', active);
      this._buttons(active);
      if (active) this._approach();
    });
    this.frame.root.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
        event.preventDefault();
        this._options.onSave();
      }
    });
  }

  async changed() {
    this._options.onChange(await this.settle());
  }

  _buttons(simulating = this.frame.panel.inert) {
    const stack = this._get('commandStack');
    this.frame.undo.disabled = simulating || !stack.canUndo();
    this.frame.redo.disabled = simulating || !stack.canRedo();
  }

  /** The simulation's buttons are only there from half size on: begin at the start, near enough. */
  _approach() {
    const canvas = this._get('canvas');
    if (canvas.zoom() >= NEAR) return;
    const [ start ] = this._get('elementRegistry').filter((one) => one.type === 'bpmn:StartEvent');
    canvas.zoom(NEAR);
    if (start) canvas.scrollToElement(start, 120);
  }

  _zoom(factor) {
    const canvas = this._get('canvas');
    canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)));
  }

  _name(extension) {
    return `${this._options.processId || 'proses'}.${extension}`;
  }

  _acts() {
    return {
      undo: () => this._get('commandStack').undo(), redo: () => this._get('commandStack').redo(),
      zoomIn: () => this._zoom(1.25), zoomOut: () => this._zoom(0.8), fit: () => this.fit(),
      simulate: () => this._get('toggleMode').toggleMode(),
      save: () => this._options.onSave(),
      downloadBpmn: async () => download(this._name('bpmn'), await this.settle(), 'application/xml'),
      downloadSvg: async () => download(this._name('svg'), (await this.modeler.saveSVG()).svg, 'image/svg+xml'),
      downloadPng: async () => download(this._name('png'), await png((await this.modeler.saveSVG()).svg)),
      upload: (file) => this._upload(file),
      publish: (event) => {
        if (this.frame.publish.getAttribute('aria-disabled') !== 'true') return;
        event.preventDefault();
        this.frame.openFindings(true);
      },
    };
  }

  async _upload(file) {
    const before = await this.settle();
    const back = [ 'Kembalikan gambar sebelumnya', async () => {
      await this.open(before);
      this._options.notify(null);
      this.changed();
    } ];
    let warnings;
    try {
      warnings = await this.open(await readDiagram(file));
    } catch (problem) {
      await this.open(before);
      return this._options.notify('danger', `“${file.name}” tidak dapat dibuka: ${problem.message} Gambar sebelumnya tetap ada.`);
    }
    this._adopt();
    const strangers = this.foreign();
    const named = [ ...new Set(strangers.map((one) => (nameOf(one) === kindOf(one) ? kindOf(one) : `${kindOf(one)} “${nameOf(one)}”`))) ];
    const shown = named.slice(0, 8).join('; ') + (named.length > 8 ? `; dan ${named.length - 8} lainnya` : '');
    const words = [ `“${file.name}” dibuka.` ];
    if (strangers.length) words.push(`${strangers.length} elemen tidak dapat dijalankan: ${shown}. Ubah jenisnya atau hapus; daftar temuan menunjuk setiap elemen.`);
    if (warnings.length) words.push(`${warnings.length} bagian berkas tidak dikenal dan tidak dibawa serta.`);
    this._options.notify(strangers.length || warnings.length ? 'warning' : 'info', words.join(' '), [ back ]);
    if (strangers.length) this.frame.openFindings(true);
    return this.changed();
  }

  /** A file from elsewhere becomes a drawing of this process: it keeps this process's id. */
  _adopt() {
    const { processId } = this._options;
    const root = this._get('canvas').getRootElement();
    const process = ownerOf(root);
    if (!processId || process.get('id') === processId || process.$type !== 'bpmn:Process') return;
    if (this._get('elementRegistry').get(processId)) return; // another element has that name; the server says so
    if (root.businessObject === process) this._get('modeling').updateProperties(root, { id: processId });
    else this._get('sop').update(root, process, { id: processId });
  }
}
