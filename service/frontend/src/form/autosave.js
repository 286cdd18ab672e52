// The draft keeps itself: about a second after the last change, one request at a time, and a copy in this browser until
// the server has acknowledged it. Nothing typed is ever dropped: not by a lost network, an ended session or a second device.
import { renewSession, request } from '../lib/http.js';

const PAUSE = 1000;
const COPY_PAUSE = 200;
const FIRST_RETRY = 2000;
const LAST_RETRY = 60_000;

export class Autosave {
  /**
   * url: where the draft is PUT, or null when there is none (start of a process): then only the copy is kept
   * revision: the server's draft revision that this page started from
   * collect(): what the fields hold now
   * copy: LocalCopy
   * show(state, info): tells the person; states 'saving', 'saved', 'waiting', 'unsaved', 'expired', 'other', 'offline', 'refused', 'local'
   * onStale(problem), onDone(problem): another device saved later; the task is no longer ours
   * onSaved(answer): the server has it
   */
  constructor({ url, revision, collect, copy, show, onStale, onDone, onSaved = () => {} }) {
    Object.assign(this, { url, revision, copy });
    this._collect = collect;
    this._show = show;
    this._onStale = onStale;
    this._onDone = onDone;
    this._onSaved = onSaved;
    this._changes = 0; // counts changes
    this._acknowledged = 0; // the count that the server has
    this._running = null;
    this._timer = null;
    this._copyTimer = null;
    this._retry = FIRST_RETRY;
    this._halted = false;
    this._expired = false;
  }

  get unsaved() {
    return this._changes !== this._acknowledged;
  }

  /** Whether the browser should ask before the page is left. */
  get atRisk() {
    return this.unsaved && !this._finished && !(this._copied === this._changes && !this.url);
  }

  /** A person changed something. */
  touch() {
    this._changes += 1;
    clearTimeout(this._copyTimer);
    this._copyTimer = setTimeout(() => this.keepCopy(), COPY_PAUSE);
    if (!this.url) return this._show('local');
    if (this._halted) return this._show('unsaved');
    if (!this._expired) this._show('waiting');
    if (!this._expired) this._schedule(PAUSE);
  }

  keepCopy() {
    clearTimeout(this._copyTimer);
    if (!this.unsaved || this._finished) return;
    const kept = this.copy.write(this._collect(), this.revision);
    if (kept) this._copied = this._changes;
  }

  /** Saves now whatever is not saved yet; answers whether the server has everything. */
  async flush() {
    clearTimeout(this._timer);
    if (!this.url || this._halted) return !this.unsaved;
    if (this._running) await this._running;
    if (!this.unsaved) return true;
    this._running = this._save();
    try {
      return await this._running;
    } finally {
      this._running = null;
      if (this.unsaved && !this._halted && !this._expired && !this._timerSet) this._schedule(PAUSE);
    }
  }

  /** Stops saving, and lets a request that is on its way end: before the task is sent. */
  async pause() {
    clearTimeout(this._timer);
    this._timerSet = false;
    this._held = true;
    if (this._running) await this._running;
  }

  resume() {
    this._held = false;
    if (this.unsaved) this._schedule(PAUSE);
  }

  /** The server has it all under another name (the task was sent): forget the copy, ask nothing on leaving. */
  finish() {
    this._finished = true;
    this._halted = true;
    clearTimeout(this._timer);
    clearTimeout(this._copyTimer);
    this.copy.remove();
  }

  /** No more saving; what is typed stays here and in this browser's copy. */
  halt() {
    this._halted = true;
    clearTimeout(this._timer);
    this.keepCopy();
  }

  /** Goes on from the server's newer draft with what stands on this page. */
  continueFrom(revision) {
    this.revision = revision;
    this._halted = false;
    this._changes += 1;
    return this.flush();
  }

  /** The page now shows the server's draft of that revision: nothing of ours is waiting. */
  settle(revision) {
    this.revision = revision;
    this._acknowledged = this._changes;
    this._halted = false;
    this.copy.remove();
  }

  /** The session may be back (the window got the focus again, or a person asked). */
  async reconnect() {
    if (this._halted || !this.url || this._renewing) return;
    if (!this._expired) {
      if (this.unsaved) await this.flush();
      return;
    }
    this._renewing = true;
    try {
      const state = await renewSession();
      if (state === 'other') this._show('other');
      if (state !== 'ok') return;
      this._expired = false;
      await this.flush();
    } finally {
      this._renewing = false;
    }
  }

  /** A last try while the page goes away; the copy in the browser is what counts. */
  leave() {
    this.keepCopy();
    if (this.unsaved && this.url && !this._halted && !this._expired && !this._running) this.flush();
  }

  _schedule(delay) {
    clearTimeout(this._timer);
    if (this._held) return;
    this._timerSet = true;
    this._timer = setTimeout(() => {
      this._timerSet = false;
      this.flush();
    }, delay);
  }

  async _save() {
    const count = this._changes;
    this._show('saving');
    try {
      const answer = await request(this.url, { method: 'PUT', json: { data: this._collect(), revision: this.revision } });
      this.revision = answer.revision;
      this._acknowledged = count;
      this._retry = FIRST_RETRY;
      this._onSaved(answer);
      if (this.unsaved) this.keepCopy();
      else {
        clearTimeout(this._copyTimer);
        this.copy.remove();
        this._show('saved', { savedAt: answer.savedAt });
      }
      return !this.unsaved;
    } catch (problem) {
      this._failed(problem);
      return false;
    }
  }

  _failed(problem) {
    if (problem.status === undefined) throw problem; // a fault of ours
    this.keepCopy();
    if (problem.expired) {
      this._expired = true;
      this._show('expired');
      // The token may only be stale while the session lives (a login in another tab): then one try mends it.
      if (!this._tried) {
        this._tried = true;
        setTimeout(() => this.reconnect());
      }
    } else if (problem.status === 409) {
      this.halt();
      this._show('unsaved');
      if (problem.body.type === 'urn:alur:problem:sudah-berubah') this._onStale(problem);
      else this._onDone(problem);
    } else if (problem.passing) {
      this._show('offline', { problem });
      this._schedule(this._retry);
      this._retry = Math.min(this._retry * 2, LAST_RETRY);
    } else if (problem.status === 422 || problem.status === 413) {
      this._show('refused', { problem });
    } else {
      this.halt();
      this._show('refused', { problem });
      this._onDone(problem);
    }
  }
}
