import { Description, Errors, FilePicker, Label, useSingleLineTemplateEvaluation } from '@bpmn-io/form-js-viewer';
import { useRef, useState } from 'preact/hooks';
import { upload } from '../lib/http.js';
import { size } from '../lib/format.js';
import { described, frame, useService } from './common.jsx';

/** Files go to the server at once, each by itself; the form's data holds only their ids. */
export function AttachmentField(props) {
  const { field, domId, value, errors = [], disabled, readonly, onChange } = props;
  const { label, description, accept = '', multiple = false, validate = {} } = field;
  const files = useService('alurFiles');
  const evaluatedAccept = useSingleLineTemplateEvaluation(accept, { debug: true });
  const [ sending, setSending ] = useState([]);
  const input = useRef(null);
  const ids = Array.isArray(value) ? value : [];
  const latest = useRef(null);
  latest.current = { ids, onChange };
  const many = multiple === true || multiple === '=true';
  const closed = disabled || readonly;

  const keep = (list) => {
    latest.current.ids = list;
    latest.current.onChange({ value: list });
  };
  const send = async (file) => {
    const entry = { key: `${file.name}-${file.size}-${performance.now()}`, name: file.name, share: 0, error: null, file };
    const update = (change) => setSending((list) => list.map((one) => (one.key === entry.key ? { ...one, ...change } : one)));
    setSending((list) => [ ...list, entry ]);
    try {
      const kept = await files.send(file, (share) => update({ share }));
      setSending((list) => list.filter((one) => one.key !== entry.key));
      keep(many ? [ ...latest.current.ids, kept.id ] : [ kept.id ]);
    } catch (problem) {
      update({ error: problem.message });
    }
  };
  const choose = (list) => {
    const chosen = [ ...list ];
    (many ? chosen : chosen.slice(0, 1)).forEach(send);
    if (input.current) input.current.value = '';
  };
  const drop = (event) => {
    event.preventDefault();
    if (!closed) choose(event.dataTransfer?.files ?? []);
  };
  const forget = (key) => setSending((list) => list.filter((one) => one.key !== key));

  return (
    <div class={`${frame('filepicker', props)}${closed ? ' alur-baca' : ''}`} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Label id={`${domId}-label`} htmlFor={closed ? undefined : domId} label={label} required={validate.required} />
      {(ids.length > 0 || sending.length > 0) && (
        <ul class="alur-berkas" aria-labelledby={`${domId}-label`}>
          {ids.map((id) => {
            const about = files.get(id);
            const name = about?.name ?? 'Berkas';
            return (
              <li key={id}>
                {about?.url ? <a href={about.url} download>{name}</a> : <span>{name}</span>}
                {about?.size !== undefined && <span class="alur-berkas-ukuran">{size(about.size)}</span>}
                {!closed && <button type="button" class="alur-berkas-hapus" aria-label={`Hapus berkas ${name}`} onClick={() => keep(latest.current.ids.filter((one) => one !== id))}>Hapus</button>}
              </li>
            );
          })}
          {sending.map((one) => (
            <li key={one.key} class={one.error ? 'alur-berkas-gagal' : undefined}>
              <span>{one.name}</span>
              {one.error ? (
                <>
                  <span class="alur-berkas-galat" role="alert">{one.error}</span>
                  <button type="button" class="alur-berkas-hapus" onClick={() => { forget(one.key); send(one.file); }}>Coba lagi</button>
                  <button type="button" class="alur-berkas-hapus" aria-label={`Buang ${one.name}`} onClick={() => forget(one.key)}>Buang</button>
                </>
              ) : <progress max="1" value={one.share} aria-label={`Mengunggah ${one.name}`} />}
            </li>
          ))}
        </ul>
      )}
      {closed ? ids.length === 0 && <p class="alur-kosong">Tidak ada berkas.</p> : (
        <div class="alur-unggah">
          <input
            ref={input} id={domId} class="visually-hidden" type="file" accept={evaluatedAccept || undefined} multiple={many} aria-invalid={errors.length > 0}
            aria-describedby={described(domId, field, errors)} onChange={({ currentTarget }) => choose(currentTarget.files)}
          />
          <label htmlFor={domId} class="btn btn-outline-secondary">{many || !ids.length ? 'Pilih berkas …' : 'Ganti berkas …'}</label>
          <span class="alur-unggah-petunjuk" aria-hidden="true">atau seret ke sini</span>
        </div>
      )}
      {!closed && <Description id={`${domId}-description`} description={description} />}
      <Errors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

AttachmentField.config = { ...FilePicker.config, emptyValue: [], sanitizeValue: ({ value }) => (Array.isArray(value) ? value : []) };

/** The files of one form: what the server told about them, and how many are still on their way. */
export class Files {
  constructor(config) {
    this._url = config?.uploadUrl;
    this._known = new Map(Object.entries(config?.attachments ?? {}));
    this.sending = 0;
  }

  get(id) {
    return this._known.get(id);
  }

  add(attachments) {
    for (const [ id, about ] of Object.entries(attachments ?? {})) this._known.set(id, about);
  }

  async send(file, onProgress) {
    const body = new FormData();
    body.append('file', file);
    this.sending += 1;
    try {
      const kept = await upload(this._url, body, onProgress);
      this._known.set(kept.id, kept);
      return kept;
    } finally {
      this.sending -= 1;
    }
  }
}

Files.$inject = [ 'config.alur' ];
