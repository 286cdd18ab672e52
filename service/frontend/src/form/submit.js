// Sending the task: checked here, checked by the server, and where the SOP asks for it confirmed with the password over
// exactly the document that is shown.
import { element } from '../lib/dom.js';
import { renewSession, request } from '../lib/http.js';
import { clearErrors, showOwnErrors, showServerErrors } from './errors.js';

/** Retries once after a login elsewhere gave the page a new token. */
async function send(url, json) {
  try {
    return await request(url, { method: 'POST', json });
  } catch (problem) {
    if (!problem.expired || (await renewSession()) !== 'ok') throw problem;
    return request(url, { method: 'POST', json });
  }
}

export class Submission {
  /** form, urls {submit, preview}, boxes {errors, dialog}, collect(), files, autosave, revision(), sign, say(kind, message, problem), onDone(answer) */
  constructor(options) {
    Object.assign(this, options);
    this.busy = false;
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    this.setBusy(true);
    clearErrors(this.boxes.errors);
    this.say('');
    try {
      if (this.files.sending) {
        this.say('error', 'Tunggu sampai semua berkas selesai diunggah, lalu kirim lagi.');
        return;
      }
      const unread = document.querySelector('[data-import-pending]');
      if (unread) {
        this.say('error', 'Tabel yang terbaca belum dimasukkan ke daftar. Masukkan atau batalkan dahulu, lalu kirim lagi.');
        unread.scrollIntoView({ block: 'center' });
        unread.querySelector('button')?.focus({ preventScroll: true });
        return;
      }
      const { errors } = this.form.submit();
      if (Object.keys(errors).length) {
        showOwnErrors(this.form, this.boxes.errors, errors);
        return;
      }
      await this.autosave.pause();
      this.autosave.keepCopy();
      const data = this.collect();
      if (this.sign) await this.confirm(data);
      else await this.finish(data);
    } catch (problem) {
      this.explain(problem);
    } finally {
      this.busy = false;
      this.setBusy(false);
      this.autosave.resume();
    }
  }

  async finish(data, confirmation) {
    const body = { data, revision: this.revision() };
    if (confirmation) body.confirmation = confirmation;
    const answer = await send(this.urls.submit(), body);
    this.autosave.finish();
    this.onDone(answer);
  }

  /** Shows the document as the server would record it, and asks the password for it, unless the data sends it back. */
  async confirm(data) {
    const preview = await send(this.urls.preview, { data });
    if (!preview.signs) return this.finish(data); // the step sends back instead
    const { dialog } = this.boxes;
    const part = (name) => dialog.querySelector(`[data-confirm-${name}]`);
    const [ error, password, ok ] = [ part('error'), part('password'), part('ok') ];
    const tell = (message) => {
      error.textContent = message;
      error.hidden = !message;
    };
    part('document').innerHTML = preview.html; // escaped by the server's renderer; scripts are barred by the page's policy
    const warnings = this.sign.warning ?? [];
    const warning = part('warning');
    if (warning) {
      (warning.closest('.alert') ?? warning).hidden = !warnings.length;
      warning.replaceChildren(element('ul', {}, ...warnings.map((text) => element('li', {}, text))));
    }
    password.value = '';
    tell('');
    dialog.showModal();
    part('document').focus({ preventScroll: true }); // what is to be signed is read first
    part('scroll').scrollTop = 0;
    return new Promise((resolve, reject) => {
      const listening = new AbortController();
      const on = (node, event, handler) => node?.addEventListener(event, handler, { signal: listening.signal });
      const end = (settle, value) => {
        listening.abort();
        password.value = '';
        if (dialog.open) dialog.close();
        settle(value);
      };
      const accept = async (event) => {
        event.preventDefault();
        if (!password.value) {
          tell('Masukkan kata sandi Anda.');
          password.focus();
          return;
        }
        ok.disabled = true;
        tell('');
        try {
          await this.finish(data, { digest: preview.digest, password: password.value });
          end(resolve);
        } catch (problem) {
          const wrong = problem.body.type === 'urn:alur:problem:kata-sandi-salah';
          if (!wrong && (problem.errors.length || problem.status === 409)) return end(reject, problem);
          tell(problem.expired ? 'Sesi berakhir. Masuk lagi di tab baru, lalu ulangi.' : problem.message);
          password.select();
          password.focus();
        } finally {
          ok.disabled = false;
        }
      };
      on(ok, 'click', accept);
      on(password, 'keydown', (event) => event.key === 'Enter' && accept(event));
      on(part('cancel'), 'click', (event) => { event.preventDefault(); end(resolve); });
      on(dialog, 'cancel', (event) => { event.preventDefault(); end(resolve); });
      on(dialog, 'close', () => end(resolve));
    });
  }

  explain(problem) {
    if (problem.status === undefined) throw problem;
    if (problem.errors.length) {
      showServerErrors(this.form, this.boxes.errors, problem.errors);
      return;
    }
    if (problem.expired) this.say('expired', 'Belum terkirim — sesi berakhir. Isian Anda tetap ada di halaman ini.', problem);
    else if (problem.status === 409) this.say('conflict', problem.message, problem);
    else if (problem.status === 0) this.say('error', 'Belum terkirim — server tidak dapat dihubungi. Isian Anda tetap ada; coba lagi sebentar lagi.', problem);
    else this.say('error', `Belum terkirim. ${problem.message}`, problem);
  }
}
