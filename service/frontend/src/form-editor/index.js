// The form designer: [data-form-editor]. See docs/architecture.md, "Editor".
import { Checker } from '../editor/checker.js';
import { Autosave } from '../form/autosave.js';
import { Notice, Status, byWhom } from '../form/notice.js';
import { download } from '../editor/files.js';
import { element } from '../lib/dom.js';
import { moment } from '../lib/format.js';
import { person, request } from '../lib/http.js';
import { LocalCopy, forgetOldCopies } from '../lib/local.js';
import { Designer } from './designer.js';
import { Preview } from './preview.js';

const SETTLE = 250;
const ROOMY = 1800; // pixels from which the preview fits beside the palette and is open from the start
const SEVERITY = { error: 'Kesalahan', warning: 'Peringatan' };

class Page {
  constructor(host) {
    this.host = host;
    this.urls = host.dataset;
  }

  async start() {
    // Without sample data the preview makes everything up: no reason not to open.
    const offering = this.urls.sample ? request(this.urls.sample).catch(() => ({ data: {} })) : { data: {} };
    const [ opened, offered ] = await Promise.all([ request(this.urls.draft), offering ]);
    if (opened.canEdit === false) {
      this.read(opened.data.schema, offered.data);
      return;
    }
    this.build();
    this.status = new Status(this.saved, this.urls.login ?? '/masuk');
    this.notice = new Notice(this.notices);
    this.designer = new Designer(this.canvas, { changed: () => this.touched() });
    this.preview = new Preview(this.viewer, offered.data);
    this.copy = new LocalCopy(this.urls.draft, person());
    const kept = this.copy.read();
    const revision = opened.revision ?? 0;
    const restoring = Boolean(kept?.data.schema) && kept.base === revision;
    await this.open(restoring ? kept.data.schema : opened.data.schema);
    this.checker = new Checker(this.urls.check, { onResult: (findings) => this.show(findings), onState: (state, problem) => this.checking(state, problem) });
    this.autosave = new Autosave({
      url: this.urls.draft, revision, copy: this.copy, collect: () => ({ schema: this.schema }), show: (state, info) => this.status.show(state, info),
      onStale: (problem) => this.stale(problem), onDone: (problem) => this.notice.show('warning', `${problem.message} Rancangan Anda tetap ada di halaman ini.`, [ this.keep() ]),
    });
    this.status.show('opened', { savedAt: opened.savedAt });
    this.checker.ask({ schema: this.schema }, 0);
    if (restoring) {
      this.notice.show('info', `Rancangan yang belum sempat tersimpan (${moment(kept.at)}) dipulihkan.`);
      this.autosave.touch();
    } else if (kept?.data.schema) {
      this.notice.show('warning', `Ada rancangan dari ${moment(kept.at)} di peramban ini yang belum tersimpan, sedangkan draf di server lebih baru.`, [
        [ 'Pulihkan rancangan itu', () => this.replace(kept.data.schema) ], [ 'Buang', () => { this.copy.remove(); this.notice.clear(); } ],
      ]);
    }
    this.live();
    this.host.dataset.ready = 'true';
  }

  build() {
    const tool = (name, label, act) => element('button', { type: 'button', class: 'btn btn-sm', 'data-alat': name, onclick: act }, label);
    this.title = element('input', { type: 'text', class: 'form-control form-control-sm', id: 'alur-judul-formulir', maxlength: '150', autocomplete: 'off' });
    this.title.addEventListener('input', () => {
      this.designer.rename(this.title.value.trim());
      this.touched();
    });
    this.saved = element('span', { class: 'alur-status' });
    this.notices = element('div');
    this.canvas = element('div', { class: 'alur-rancang-kanvas' });
    this.viewer = element('section', { class: 'alur-pratinjau', 'aria-label': 'Pratinjau dengan data contoh' }, element('h2', { class: 'alur-pratinjau-judul' }, 'Pratinjau dengan data contoh'));
    this.switch = tool('pratinjau', 'Pratinjau', () => this.showPreview(this.viewer.hidden));
    this.count = element('span', { class: 'alur-editor-jumlah', role: 'status' }, 'Memeriksa…');
    this.list = element('ol', { class: 'alur-editor-temuan-isi', id: 'alur-temuan' });
    this.root = element('div', { class: 'alur-rancang' },
      element('div', { class: 'alur-rancang-alat', role: 'toolbar', 'aria-label': 'Alat perancang formulir' },
        tool('urungkan', 'Urungkan', () => this.designer.undo()), tool('ulangi', 'Ulangi', () => this.designer.redo()), this.switch,
        element('label', { for: 'alur-judul-formulir', class: 'alur-rancang-label' }, 'Judul formulir'), this.title,
        element('span', { class: 'alur-editor-sela' }), this.saved, tool('simpan', 'Simpan', () => this.save())),
      this.notices, element('div', { class: 'alur-rancang-badan' }, this.canvas, this.viewer),
      element('section', { class: 'alur-editor-temuan', 'aria-label': 'Temuan pemeriksaan' }, element('p', { class: 'alur-editor-temuan-kepala' }, this.count), this.list));
    this.host.append(this.root);
    this.showPreview(window.innerWidth >= ROOMY);
  }

  /** For who may look but not edit: the form as people will see it. */
  read(schema, data) {
    const words = 'Hanya pengelola proses yang dapat mengubah formulir ini. Di bawah ini tampilannya dengan data contoh.';
    const viewer = element('section', { class: 'alur-pratinjau', 'aria-label': 'Pratinjau dengan data contoh' });
    this.host.append(element('p', { class: 'alert alert-info', role: 'note' }, words), viewer);
    new Preview(viewer, data).show(schema, 0);
    this.host.dataset.ready = 'true';
  }

  showPreview(on) {
    this.viewer.hidden = !on;
    this.switch.setAttribute('aria-pressed', String(on));
    this.switch.classList.toggle('active', on);
    this.root.classList.toggle('alur-rancang-berdua', on);
    if (on && this.schema) this.preview.show(this.schema, 0);
  }

  async open(schema) {
    await this.designer.open(schema);
    this.schema = this.designer.schema();
    this.title.value = schema.title ?? '';
    if (!this.viewer.hidden) this.preview.show(this.schema, 0);
  }

  /** Another schema takes the place of the one on the page, as a change of ours. */
  async replace(schema) {
    await this.open(schema);
    this.notice.clear();
    this.touched(0);
  }

  touched(delay = SETTLE) {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this.schema = this.designer.schema();
      this.autosave.touch();
      this.checker.ask({ schema: this.schema });
      if (!this.viewer.hidden) this.preview.show(this.schema);
    }, delay);
  }

  async save() {
    this.schema = this.designer.schema();
    this.autosave.touch();
    await this.autosave.flush();
  }

  show(findings) {
    this.designer.mark(findings);
    const items = findings.map(({ code, severity, element: id, message }) => {
      const field = this.designer.field(id);
      return element('li', { class: `alur-temuan-butir alur-temuan-${severity}`, 'data-kode': code, 'data-elemen': id },
        element('button', { type: 'button', class: 'alur-temuan-tuju', onclick: () => this.designer.go(id) },
          element('span', { class: 'alur-temuan-jenis' }, SEVERITY[severity]), element('span', { class: 'alur-temuan-tempat' }, field ? field.label || field.key || field.path || id : 'Formulir'), element('span', {}, message)));
    });
    this.list.replaceChildren(...items);
    const [ errors, warnings ] = [ 'error', 'warning' ].map((kind) => findings.filter(({ severity }) => severity === kind).length);
    this.count.textContent = [ errors && `${errors} kesalahan`, warnings && `${warnings} peringatan` ].filter(Boolean).join(', ') || 'Tidak ada temuan';
    this.root.dataset.errors = String(errors);
  }

  checking(state, problem) {
    this.root.dataset.check = state;
    if (state === 'unreachable') this.count.textContent = `Belum dapat diperiksa: ${problem.message}`;
  }

  keep() {
    return [ 'Unduh rancangan saya', () => download(`${this.urls.form || 'formulir'}.form`, JSON.stringify(this.schema, null, 2), 'application/json') ];
  }

  stale(problem) {
    const who = byWhom(problem);
    this.notice.show('warning', `Formulir ini sudah disimpan dari tempat lain${who ? ` ${who}` : ''}. Rancangan Anda di halaman ini belum tersimpan; keduanya masih ada.`, [
      [ 'Simpan rancangan saya', async () => {
        const latest = await request(this.urls.draft);
        this.notice.clear();
        await this.autosave.continueFrom(latest.revision);
      } ],
      [ 'Buka yang tersimpan', async () => {
        const mine = this.schema;
        const newest = await request(this.urls.draft);
        await this.open(newest.data.schema);
        this.autosave.settle(newest.revision);
        this.checker.ask({ schema: this.schema }, 0);
        this.notice.show('info', 'Yang tersimpan di server sudah dibuka.', [ [ 'Kembalikan rancangan saya', () => this.replace(mine) ] ]);
      } ],
      this.keep(),
    ]);
  }

  live() {
    const back = () => this.autosave.reconnect();
    window.addEventListener('focus', back);
    window.addEventListener('online', back);
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? this.autosave.leave() : back()));
    window.addEventListener('pagehide', () => this.autosave.leave());
    window.addEventListener('beforeunload', (event) => {
      if (this.autosave.atRisk) event.preventDefault();
    });
    this.root.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
        event.preventDefault();
        this.save();
      }
    });
  }
}

forgetOldCopies();
const host = document.querySelector('[data-form-editor]');
if (host && !host.hasAttribute('data-bpmn-editor')) {
  new Page(host).start().catch((error) => {
    host.dataset.ready = 'error';
    new Notice(host).show('danger', `Perancang formulir tidak dapat dibuka. ${error.status === undefined ? 'Muat ulang halaman; bila berulang, sampaikan kepada pengelola.' : error.message}`, [ [ 'Muat ulang halaman', () => location.reload() ] ]);
    console.error(error);
  });
}
