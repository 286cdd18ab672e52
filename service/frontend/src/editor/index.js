// The process editor: [data-bpmn-editor]. See docs/architecture.md, "Editor", for the addresses and JSON that it speaks.
import { Autosave } from '../form/autosave.js';
import { Notice, Status, byWhom } from '../form/notice.js';
import { moment } from '../lib/format.js';
import { person, request } from '../lib/http.js';
import { LocalCopy, forgetOldCopies } from '../lib/local.js';
import { describeChanges } from './changes.js';
import { Checker } from './checker.js';
import { download } from './files.js';
import { Reader } from './reader.js';
import { Reference } from './reference.js';
import { Workbench } from './workbench.js';

const WIDE = '(min-width: 1280px)';
const NARROW_WORDS = 'Menggambar proses memerlukan layar selebar sedikitnya 1280 piksel. Di layar ini diagram hanya dapat dibaca.';
const READ_WORDS = 'Hanya pengelola proses yang dapat mengubah diagram ini.';

class Page {
  constructor(host) {
    this.host = host;
    this.urls = host.dataset;
    this.wide = window.matchMedia(WIDE);
    this.reference = new Reference(this.urls.reference, request);
  }

  async start() {
    const [ opened ] = await Promise.all([ request(this.urls.draft), this.reference.load() ]);
    this.opened = opened;
    this.base = opened.data.xml; // the server's draft that this page goes on from
    this.current = this.base;
    this.wide.addEventListener('change', () => this.show());
    await this.show();
    this.host.dataset.ready = 'true';
  }

  /** Drawing where there is room and right, reading elsewhere; what was drawn survives the change of width. */
  async show() {
    const draw = this.wide.matches && this.opened.canEdit !== false;
    if (this.bench) this.current = await this.bench.settle();
    if (draw && !this.bench) await this.draw();
    if (!draw) {
      this.reader ??= new Reader(this.host, this.opened.canEdit === false ? READ_WORDS : NARROW_WORDS);
      this.reader.root.hidden = false;
      await this.reader.open(this.current);
    } else if (this.reader) this.reader.root.hidden = true;
    if (this.bench) this.bench.frame.root.hidden = !draw;
    this.host.dataset.mode = draw ? 'gambar' : 'baca';
  }

  async draw() {
    const urls = {
      form: this.urls.formEditor ? (id) => this.urls.formEditor.replace('__formulir__', encodeURIComponent(id)) : null,
      createForm: this.urls.formCreate ? (name, put) => this.createForm(name, put) : null,
    };
    const bench = new Workbench(this.host, {
      reference: this.reference, urls, publish: this.urls.publish, processId: this.urls.process,
      onChange: (xml) => this.changed(xml), onSave: () => this.save(), notify: (kind, text, actions) => (kind ? this.notice.show(kind, text, actions) : this.notice.clear()),
    });
    this.bench = bench;
    this.notice = new Notice(bench.frame.notices);
    this.status = new Status(bench.frame.status, this.urls.login ?? '/masuk');
    this.checker = new Checker(this.urls.check, { onResult: (findings) => bench.showFindings(findings), onState: (state, problem) => bench.showChecking(state, problem) });
    this.reference.onChange = () => {
      bench.refresh();
      if (bench.xml) this.checker.ask({ xml: bench.xml }, 0);
    };
    this.copy = new LocalCopy(this.urls.draft, person());
    const kept = this.copy.read();
    const revision = this.opened.revision ?? 0;
    const restoring = Boolean(kept?.data.xml) && kept.base === revision;
    await bench.open(restoring ? kept.data.xml : this.current);
    this.autosave = new Autosave({
      url: this.urls.draft, revision, copy: this.copy, collect: () => ({ xml: bench.xml }),
      show: (state, info) => this.saying(state, info), onStale: (problem) => this.stale(problem), onDone: (problem) => this.notice.show('warning', `${problem.message} Gambar Anda tetap ada di halaman ini.`, [ this.keep() ]),
    });
    this.status.show('opened', { savedAt: this.opened.savedAt });
    this.checker.ask({ xml: bench.xml }, 0);
    if (restoring) {
      this.notice.show('info', `Gambar yang belum sempat tersimpan (${moment(kept.at)}) dipulihkan.`);
      this.autosave.touch();
    } else if (kept?.data.xml) this.offer(kept);
    this.live();
  }

  changed(xml) {
    this.current = xml;
    this.autosave.touch();
    this.checker.ask({ xml });
  }

  async save() {
    const before = this.bench.xml;
    if (await this.bench.settle() !== before || !this.autosave.unsaved) this.autosave.touch();
    await this.autosave.flush();
  }

  saying(state, info) {
    this.status.show(state, info);
    if (state !== 'saved') return;
    this.base = this.bench.xml;
    const words = document.querySelector('[data-begun]'); // the page was made before there was a draft
    if (words) words.textContent = words.dataset.begun;
  }

  keep() {
    return [ 'Unduh gambar saya', () => download(`${this.urls.process || 'proses'}-punya-saya.bpmn`, this.bench.xml, 'application/xml') ];
  }

  /** Someone else saved first. Both drawings stay: theirs on the server, ours here, and what they changed is said. */
  async stale(problem) {
    let newest = null, changes = [];
    try {
      newest = await request(this.urls.draft);
      changes = await describeChanges(this.bench.modeler.get('moddle'), this.base, newest.data.xml);
    } catch (error) {
      console.error(error); // without the other drawing there is less to say, and the choice stays the same
    }
    const who = byWhom(problem);
    const what = changes.length ? ` Yang berubah di sana: ${changes.join('; ')}.` : '';
    this.notice.show('warning', `Draf ini sudah disimpan dari tempat lain${who ? ` ${who}` : ''}.${what} Gambar Anda di halaman ini belum tersimpan; keduanya masih ada.`, [
      [ 'Simpan gambar saya', async () => {
        const latest = await request(this.urls.draft);
        this.notice.clear();
        await this.autosave.continueFrom(latest.revision);
      } ],
      [ 'Buka yang tersimpan', () => this.takeTheirs() ],
      this.keep(),
    ]);
  }

  async takeTheirs() {
    const mine = await this.bench.settle();
    const newest = await request(this.urls.draft);
    await this.bench.open(newest.data.xml);
    this.base = newest.data.xml;
    this.autosave.settle(newest.revision);
    this.status.show('opened', { savedAt: newest.savedAt });
    this.checker.ask({ xml: this.bench.xml }, 0);
    this.notice.show('info', 'Yang tersimpan di server sudah dibuka. Gambar Anda yang tadi masih dapat dikembalikan atau diunduh.', [
      [ 'Kembalikan gambar saya', async () => {
        await this.bench.open(mine);
        this.notice.clear();
        await this.bench.changed();
      } ],
      [ 'Unduh gambar saya', () => download(`${this.urls.process || 'proses'}-punya-saya.bpmn`, mine, 'application/xml') ],
    ]);
  }

  offer(kept) {
    this.notice.show('warning', `Ada gambar dari ${moment(kept.at)} di peramban ini yang belum tersimpan, sedangkan draf di server lebih baru.`, [
      [ 'Pulihkan gambar itu', async () => {
        await this.bench.open(kept.data.xml);
        this.notice.clear();
        await this.bench.changed();
      } ],
      [ 'Buang', () => { this.copy.remove(); this.notice.clear(); } ],
    ]);
  }

  async createForm(name, put) {
    const title = await this.bench.frame.ask('Formulir baru', 'Judul formulir', name ?? '');
    if (!title) return;
    try {
      const made = await request(this.urls.formCreate, { method: 'POST', json: { title } });
      await this.reference.load();
      put(made.id);
      window.open(made.url, '_blank');
    } catch (problem) {
      this.notice.show('danger', `Formulir tidak dapat dibuat. ${problem.message}`);
    }
  }

  live() {
    const back = () => {
      this.autosave.reconnect();
      this.reference.load().catch(() => { /* the panel keeps the forms it knows; the next return asks again */ });
    };
    const leave = async () => {
      await this.bench.settle();
      this.autosave.leave();
    };
    window.addEventListener('focus', back);
    window.addEventListener('online', back);
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? leave() : back()));
    window.addEventListener('pagehide', () => this.autosave.leave());
    window.addEventListener('beforeunload', (event) => {
      if (this.autosave.atRisk) event.preventDefault();
    });
  }
}

forgetOldCopies();
const host = document.querySelector('[data-bpmn-editor]');
if (host) {
  new Page(host).start().catch((error) => {
    host.dataset.ready = 'error';
    new Notice(host).show('danger', `Penyunting tidak dapat dibuka. ${error.status === undefined ? 'Muat ulang halaman; bila berulang, sampaikan kepada pengelola.' : error.message}`, [ [ 'Muat ulang halaman', () => location.reload() ] ]);
    console.error(error);
  });
}
