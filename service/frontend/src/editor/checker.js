// Asks the server what it thinks of a drawing or a form, a moment after each change; only the newest answer counts.
import { request } from '../lib/http.js';

const PAUSE = 500;
const RETRY = 5000;

export class Checker {
  /** onResult(findings), onState('checking'|'checked'|'unreachable', problem) */
  constructor(url, { onResult, onState }) {
    Object.assign(this, { _url: url, _onResult: onResult, _onState: onState, _turn: 0, _timer: null });
  }

  /** What is to be checked is now `body` (`{xml}` or `{schema}`). */
  ask(body, delay = PAUSE) {
    this._turn += 1;
    const turn = this._turn;
    clearTimeout(this._timer);
    this._onState('checking');
    this._timer = setTimeout(() => this._run(body, turn), delay);
  }

  async _run(body, turn) {
    try {
      const { findings } = await request(this._url, { method: 'POST', json: body });
      if (turn !== this._turn) return;
      this._onResult(findings);
      this._onState('checked');
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      if (turn !== this._turn) return;
      this._onState('unreachable', problem);
      if (problem.passing) this._timer = setTimeout(() => this._run(body, turn), RETRY);
    }
  }
}
