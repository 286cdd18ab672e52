// The task page's form: [data-form]. See docs/architecture.md for the JSON that it speaks.
import { Form } from '@bpmn-io/form-js-viewer';
import { Autosave } from './form/autosave.js';
import { libraryModules, ownModules } from './form/modules.js';
import { Notice, Status, byWhom, copyButton } from './form/notice.js';
import { collect, holds, prepare } from './form/schema.js';
import { Submission } from './form/submit.js';
import { person, request } from './lib/http.js';
import { LocalCopy, forgetOldCopies } from './lib/local.js';
import { moment } from './lib/format.js';

const one = (name) => document.querySelector(`[data-${name}]`);

const REASON_WANTED = new Set([ 'urn:alur:problem:sudah-ada', 'urn:alur:problem:perlu-alasan' ]);

/** A second start for the same key needs a reason, which travels beside the form's own data with the `ordinal` that the
 * server offered: pressed twice, or in two browsers, it starts once. */
function withReason(url, ordinal) {
  const text = one('form-reason-text')?.value.trim() ?? '';
  return ordinal ? `${url}?ke=${ordinal}&alasan=${encodeURIComponent(text)}` : url;
}

/** The first edit of a sole holder takes the task: the page says so without being opened again. */
function showHolder({ holder }) {
  const [ place, claim, release ] = [ one('holder'), one('claim'), one('release') ];
  if (!holder || !claim || claim.hidden) return;
  if (place) place.textContent = holder;
  claim.hidden = true;
  if (release) release.hidden = false;
}

async function mount(host) {
  const urls = host.dataset;
  const opened = await request(urls.form);
  const readonly = Boolean(opened.readonly) || opened.canEdit === false;
  const status = new Status(one('save-status'), urls.login ?? '/masuk');
  const notice = new Notice(host);
  const copy = new LocalCopy(urls.form, person());
  const form = new Form({
    container: host, debounce: false, modules: libraryModules, additionalModules: [ ownModules ],
    properties: { readOnly: readonly },
    alur: { attachments: opened.attachments, uploadUrl: urls.upload, tableUrl: urls.table, previousUrl: urls.previous },
  });
  const gather = () => collect(form);
  const open = async (answer, own = {}) => {
    form.get('alurFiles').add(answer.attachments);
    await form.importSchema(prepare(answer.schema), { ...answer.data, ...own });
  };
  host.classList.toggle('alur-hanya-baca', readonly);
  for (const button of document.querySelectorAll('[data-form-submit], [data-form-save]')) button.hidden = readonly;

  let kept = readonly ? null : copy.read();
  const revision = opened.draftRevision ?? 0;
  await open(opened);
  if (kept && holds(form, kept.data)) {
    copy.remove(); // it reached the server while the page was leaving, and only the answer did not
    kept = null;
  }
  const restoring = kept !== null && (!urls.draft || kept.base === revision);
  if (restoring) await open(opened, kept.data);
  status.show('opened', { savedAt: opened.savedAt });
  host.dataset.ready = 'true';
  performance.mark('alur-form-ready');
  if (readonly) return;

  const autosave = new Autosave({
    url: urls.draft ?? null, revision, copy, collect: gather,
    show: (state, info) => status.show(state, info),
    onSaved: showHolder,
    onStale: (problem) => staleNotice(problem),
    onDone: (problem) => notice.show('warning', `${problem.message} Isian Anda tetap ada di halaman ini.`, [ copyButton(gather) ]),
  });

  let offered = null;
  function askReason(message, ordinal) {
    offered = ordinal ?? offered;
    notice.show('warning', message);
    const box = one('form-reason');
    if (!box) return;
    box.hidden = false;
    one('form-reason-text').focus();
  }

  /** Another device saved later. Both versions stay: the server's can be opened, ours can be kept or copied. */
  function staleNotice(problem) {
    const who = problem ? byWhom(problem) : '';
    notice.show('warning', `Draf ini sudah disimpan dari tempat lain${who ? ` ${who}` : ''}. Isian Anda di halaman ini belum tersimpan; keduanya masih ada.`, [
      [ 'Simpan isian saya', async () => {
        const newest = await request(urls.form);
        notice.clear();
        await autosave.continueFrom(newest.draftRevision ?? 0);
      } ],
      [ 'Buka yang tersimpan', async () => {
        const mine = gather();
        const newest = await request(urls.form);
        await open(newest);
        autosave.revision = newest.draftRevision ?? 0;
        notice.show('info', 'Yang tersimpan di server sudah dibuka. Isian Anda yang tadi masih dapat disalin.', [
          [ 'Kembalikan isian saya', async () => {
            await open(newest, mine);
            notice.clear();
            await autosave.continueFrom(newest.draftRevision ?? 0);
          } ],
          copyButton(() => mine),
        ]);
        autosave.settle(newest.draftRevision ?? 0);
        status.show('opened', { savedAt: newest.savedAt });
      } ],
      copyButton(gather),
    ]);
  }

  if (restoring) {
    notice.show('info', `Isian yang belum sempat tersimpan (${moment(kept.at)}) dipulihkan.`);
    autosave.touch();
  } else if (kept !== null) {
    notice.show('warning', `Ada isian dari ${moment(kept.at)} di peramban ini yang belum tersimpan, sedangkan draf di server lebih baru.`, [
      [ 'Pulihkan isian itu', async () => {
        await open(opened, kept.data);
        notice.clear();
        await autosave.continueFrom(revision);
      } ],
      copyButton(() => kept.data),
      [ 'Buang', () => { copy.remove(); notice.clear(); } ],
    ]);
  }

  // A step that may send back instead signs only while its condition holds: the button says what it would do now.
  const signing = opened.sign?.when;
  const nameButton = () => {
    const signs = form.get('expressionLanguage').evaluate(signing, form._getState().data) === true;
    for (const word of document.querySelectorAll('[data-signs]')) word.hidden = !signs;
    for (const word of document.querySelectorAll('[data-signs-not]')) word.hidden = signs;
  };
  if (signing) {
    nameButton();
    form.on('changed', nameButton);
  }

  // Only what a person does is a change: opening a task, or a computed field, must neither save a draft nor take the task.
  let acted = false;
  const act = () => { acted = true; };
  for (const event of [ 'input', 'change', 'click', 'keydown', 'paste', 'drop' ]) host.addEventListener(event, act, true);
  form.on('field.updated', () => { if (acted) autosave.touch(); });
  // Enter in a one-line field must not send a document by accident.
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.matches('input:not([type="file"]):not([type="checkbox"])')) event.preventDefault();
  });

  const submission = new Submission({
    form, autosave, collect: gather, files: form.get('alurFiles'), sign: opened.sign ?? null, revision: () => opened.revision,
    urls: { submit: () => withReason(urls.submit, offered), preview: urls.preview },
    boxes: { errors: one('form-errors'), dialog: document.querySelector('dialog[data-confirm]') },
    setBusy: (busy) => document.querySelectorAll('[data-form-submit], [data-form-save]').forEach((button) => { button.disabled = busy; }),
    say: (kind, message, problem) => {
      if (!kind) return notice.clear();
      if (kind === 'expired') status.show('expired');
      if (REASON_WANTED.has(problem?.body.type)) return askReason(message, problem.body.ordinal);
      const conflict = kind === 'conflict' && byWhom(problem) && !message.includes(problem.body.by ?? '\u0000') ? ` (${byWhom(problem)})` : '';
      notice.show(kind === 'conflict' ? 'warning' : 'danger', `${message}${conflict}`, kind === 'conflict' ? [ copyButton(gather), [ 'Muat ulang halaman', () => location.reload() ] ] : []);
    },
    onDone: ({ next }) => location.assign(next ?? '/'),
  });
  form.on('submit', () => { if (!submission.busy) queueMicrotask(() => submission.run()); });
  for (const button of document.querySelectorAll('[data-form-submit]')) {
    button.addEventListener('click', (event) => {
      event.preventDefault();
      submission.run();
    });
  }
  for (const button of document.querySelectorAll('[data-form-save]')) {
    button.addEventListener('click', (event) => {
      event.preventDefault();
      if (!autosave.unsaved && urls.draft) autosave.touch();
      autosave.flush();
    });
  }

  const back = () => autosave.reconnect();
  window.addEventListener('focus', back);
  window.addEventListener('online', back);
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? autosave.leave() : back()));
  window.addEventListener('pagehide', () => autosave.leave());
  window.addEventListener('beforeunload', (event) => {
    if (autosave.atRisk) event.preventDefault();
  });
}

forgetOldCopies();
const host = one('form');
if (host) {
  mount(host).catch((error) => {
    host.dataset.ready = 'error';
    host.replaceChildren();
    const text = error.status === undefined ? 'Formulir ini tidak dapat dibuka. Muat ulang halaman; bila berulang, sampaikan kepada pengelola.' : `Formulir tidak dapat dibuka. ${error.message}`;
    new Notice(host).show('danger', text, [ [ 'Muat ulang halaman', () => location.reload() ] ]);
    console.error(error);
  });
}
