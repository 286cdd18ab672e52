import { useRef, useState } from 'preact/hooks';
import { request, upload } from '../lib/http.js';
import { useService } from './common.jsx';

const withKey = (url, key) => `${url}${url.includes('?') ? '&' : '?'}kunci=${encodeURIComponent(key)}`;
const nothing = (value) => value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);

/** Where the server found a cell unreadable, as one sentence. */
function sentence(error) {
  if (typeof error === 'string') return error;
  const places = [ error.row !== undefined && error.row !== null && `baris ${error.row}`, error.column && `kolom ${error.column}` ].filter(Boolean);
  const where = places.length ? `${places.join(', ')}: ` : '';
  return `${where.charAt(0).toUpperCase()}${where.slice(1)}${error.message ?? ''}`;
}

/** Fills a list from a pasted table, a spreadsheet file or an earlier period; asks before it replaces rows. */
export function ImportBar({ field, fixed, onChange }) {
  const form = useService('form');
  const pathRegistry = useService('pathRegistry');
  const formFields = useService('formFields');
  const manager = useService('repeatRenderManager');
  const urls = useService('config').alur ?? {};
  const [ pasting, setPasting ] = useState(false);
  const [ busy, setBusy ] = useState(false);
  const [ failure, setFailure ] = useState(null);
  const [ found, setFound ] = useState(null);
  const [ told, setTold ] = useState(null);
  const area = useRef(null);
  const file = useRef(null);
  const id = `alur-tabel-${field.id}`;
  const key = pathRegistry.getValuePath(field).join('.');

  const current = () => pathRegistry.getValuePath(field).reduce((node, part) => node?.[part], form._getState().data) ?? [];
  const blank = (row) => field.components.every((component) => !component.key || nothing(row[component.key]) || row[component.key] === component.defaultValue || row[component.key] === false);

  const take = async (work) => {
    setBusy(true);
    setFailure(null);
    setFound(null);
    setTold(null);
    try {
      const answer = await work();
      const rows = Array.isArray(answer.rows) ? answer.rows : [];
      const problems = Array.isArray(answer.errors) ? answer.errors : [];
      if (!rows.length && !problems.length) setFailure('Tidak ada baris yang ditemukan.');
      else if (!problems.length && !answer.ignored?.length && current().every(blank)) apply(rows, false);
      else setFound({ rows, problems, title: answer.title, ignored: answer.ignored ?? [] });
    } catch (problem) {
      setFailure(problem.message);
    } finally {
      setBusy(false);
    }
  };

  /** Rows of a fixed list are filled by their order: the server has laid the table beside them. */
  const apply = (rows, append) => {
    const before = current();
    const filled = (fixed ? before : rows).map((row, index) => {
      const whole = fixed ? { ...row, ...rows[index] } : { ...row };
      for (const component of field.components) {
        const config = formFields.get(component.type)?.config;
        if (config?.keyed && whole[component.key] === undefined) whole[component.key] = component.defaultValue ?? config.emptyValue;
      }
      return whole;
    });
    const kept = append ? before.filter((row) => !blank(row)) : [];
    manager.forgetErrors(field);
    onChange({ value: [ ...kept, ...filled ] });
    setFound(null);
    setPasting(false);
    setTold(`${filled.length} baris dimasukkan.`);
  };

  const paste = () => {
    const body = new FormData();
    body.append('text', area.current.value);
    return take(() => upload(withKey(urls.tableUrl, key), body));
  };
  const choose = ({ currentTarget }) => {
    const [ chosen ] = currentTarget.files;
    if (!chosen) return;
    const body = new FormData();
    body.append('file', chosen);
    take(() => upload(withKey(urls.tableUrl, key), body));
    currentTarget.value = '';
  };
  const columns = field.components.filter((component) => component.key && component.type !== 'expression').map((component) => component.label || component.dateLabel || component.key);

  return (
    <div class="alur-impor">
      <div class="alur-impor-tombol">
        {urls.tableUrl && <button type="button" class="btn btn-sm btn-outline-secondary" aria-expanded={pasting} aria-controls={`${id}-tempel`} disabled={busy} onClick={() => setPasting(!pasting)}>Tempel dari spreadsheet</button>}
        {urls.tableUrl && <>
          <input ref={file} id={`${id}-berkas`} class="visually-hidden" type="file" accept=".xlsx,.csv" disabled={busy} onChange={choose} />
          <label class="btn btn-sm btn-outline-secondary" htmlFor={`${id}-berkas`}>Unggah .xlsx/.csv</label>
        </>}
        {urls.previousUrl && !fixed && <button type="button" class="btn btn-sm btn-outline-secondary" disabled={busy} onClick={() => take(() => request(withKey(urls.previousUrl, key)))}>Ambil dari periode sebelumnya</button>}
      </div>
      {pasting && (
        <div class="alur-impor-tempel" id={`${id}-tempel`}>
          <label class="form-label" htmlFor={`${id}-teks`}>Tempel baris di sini</label>
          <p class="form-hint" id={`${id}-petunjuk`}>Urutan kolom: {columns.join(', ')}. Baris judul boleh ikut ditempel.</p>
          <textarea id={`${id}-teks`} ref={area} class="form-control" rows={6} aria-describedby={`${id}-petunjuk`} />
          <div class="alur-impor-tombol">
            <button type="button" class="btn btn-sm btn-primary" disabled={busy} onClick={paste}>Baca tabel</button>
            <button type="button" class="btn btn-sm btn-link" onClick={() => setPasting(false)}>Batal</button>
          </div>
        </div>
      )}
      <div aria-live="polite">
        {busy && <p class="alur-impor-kabar">Membaca tabel …</p>}
        {told && <p class="alur-impor-kabar">{told}</p>}
        {failure && <p class="alur-impor-galat">{failure}</p>}
        {found && (
          <div class="alur-impor-hasil" data-import-pending={found.rows.length > 0 || undefined}>
            <p><strong>{found.rows.length} baris terbaca{found.title ? ` dari ${found.title}` : ''}.</strong>
              {current().some((row) => !blank(row)) && ` Daftar ini sudah berisi ${current().length} baris.`}</p>
            {found.ignored.length > 0 && <p>Kolom yang tidak dikenal dilewati: {found.ignored.join(', ')}.</p>}
            {found.problems.length > 0 && <>
              <p>Sel yang tidak terbaca dikosongkan; periksa lagi setelah dimasukkan:</p>
              <ul>{found.problems.slice(0, 20).map((one, index) => <li key={index}>{sentence(one)}</li>)}</ul>
              {found.problems.length > 20 && <p>dan {found.problems.length - 20} lainnya.</p>}
            </>}
            <div class="alur-impor-tombol">
              {found.rows.length > 0 && <button type="button" class="btn btn-sm btn-primary" onClick={() => apply(found.rows, false)}>{current().some((row) => !blank(row)) ? 'Ganti semua baris' : 'Masukkan'}</button>}
              {!fixed && found.rows.length > 0 && current().some((row) => !blank(row)) && <button type="button" class="btn btn-sm btn-outline-primary" onClick={() => apply(found.rows, true)}>Tambahkan di bawahnya</button>}
              <button type="button" class="btn btn-sm btn-link" onClick={() => setFound(null)}>Batal</button>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}
