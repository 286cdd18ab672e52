/** @jsxImportSource @bpmn-io/properties-panel/preact */
// Kondisi: when a flow out of an exclusive gateway is taken.
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { QUANTIFIERS, read, signs, writeAll } from '../condition.js';
import { check, feel, note } from './common.jsx';

export function flowGroups(here) {
  const { element, object, modeling, sop } = here;
  const source = object.get('sourceRef');
  if (!is(source, 'bpmn:ExclusiveGateway') || source.get('outgoing').length < 2) {
    return object.get('conditionExpression') ? [ { id: 'kondisi', label: 'Kondisi', shouldOpen: true, entries: [ note('salah-tempat', 'Hanya aliran keluar gerbang eksklusif yang bercabang yang boleh bersyarat.', 'alur-panel-error'), expression(here) ] } ] : [];
  }
  const isDefault = source.get('default') === object;
  const entries = [ check('bawaan', 'Aliran bawaan: ditempuh bila tidak satu pun syarat lain terpenuhi', () => isDefault, (on) => sop.together(() => {
    if (on && object.get('conditionExpression')) modeling.updateProperties(element, { conditionExpression: undefined });
    modeling.updateProperties(element.source, { default: on ? object : undefined });
  })) ];
  if (isDefault) return [ { id: 'kondisi', label: 'Kondisi', shouldOpen: true, entries } ];
  entries.push({ id: 'syarat', component: Picker, here });
  return [
    { id: 'kondisi', label: 'Kondisi', shouldOpen: true, entries },
    { id: 'lanjutan', label: 'Lanjutan', shouldOpen: read(condition(object)) === null, entries: [ expression(here) ] },
  ];
}

const condition = (object) => object.get('conditionExpression')?.get('body') ?? '';

function setCondition({ element, object, modeling, sop }, body) {
  if ((body ?? '') === condition(object)) return;
  modeling.updateProperties(element, { conditionExpression: body ? sop.create('bpmn:FormalExpression', object, { body }) : undefined });
}

const expression = (here) => feel('feel', 'Syarat sebagai FEEL', () => condition(here.object), (value) => setCondition(here, value), {
  rows: 4, description: 'Ungkapan yang menghasilkan benar atau salah, atas kunci isian formulir sebelumnya.',
});

const blank = () => ({ field: '', of: 'value', column: '', sign: '=', value: '', type: 'string' });

function Picker({ here }) {
  const { element, object, reference, process } = here;
  const stored = condition(object);
  const known = read(stored);
  const [ draft, setDraft ] = useState(null);
  // Another flow, an undo, or FEEL typed by hand: what is stored is what is shown.
  useEffect(() => setDraft(null), [ element, stored ]);
  if (known === null) return <p class="alur-panel-kabar">Syarat ini ditulis sebagai FEEL. Lihat “Lanjutan”, atau <button type="button" class="alur-tautan" onClick={() => setCondition(here, undefined)}>mulai dari awal</button>.</p>;
  const now = draft ?? (known.parts.length ? known : { join: 'and', parts: [ blank() ] });
  const givers = reference.before(object.get('sourceRef'), process);
  const change = (next) => {
    setDraft(next);
    const written = writeAll(next);
    if (written !== null) setCondition(here, written);
  };
  const part = (index, changes) => change({ ...now, parts: now.parts.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  const drop = (index) => {
    const parts = now.parts.filter((_, at) => at !== index);
    if (parts.length) change({ ...now, parts });
    else setCondition(here, undefined);
    if (!parts.length) setDraft(null);
  };
  return (
    <div class="bio-properties-panel-entry alur-syarat" data-entry-id="syarat">
      {givers.length ? null : <p class="alur-panel-kabar alur-panel-warning">Belum ada formulir sebelum gerbang ini. Hubungkan gerbang dan pilih formulir langkah sebelumnya.</p>}
      {now.parts.map((one, index) => (
        <fieldset key={index} class="alur-syarat-satu">
          <legend class="visually-hidden">Syarat {index + 1}</legend>
          {index > 0 ? (
            <select class="bio-properties-panel-input alur-syarat-sambung" aria-label="Hubungan antarsyarat" value={now.join} onChange={(event) => change({ ...now, join: event.target.value })}>
              <option value="and">dan</option><option value="or">atau</option>
            </select>
          ) : null}
          <One one={one} givers={givers} change={(changes) => part(index, changes)} name={`syarat-${index}`} />
          {known.parts.length || now.parts.length > 1 ? <button type="button" class="alur-tautan" onClick={() => drop(index)}>Hapus syarat ini</button> : null}
        </fieldset>
      ))}
      <button type="button" class="btn btn-sm btn-outline-secondary" onClick={() => setDraft({ ...now, parts: [ ...now.parts, blank() ] })}>Tambah syarat</button>
    </div>
  );
}

function find(givers, key) {
  for (const { outputs } of givers) {
    const output = outputs.find((one) => one.key === key);
    if (output) return output;
  }
  return undefined;
}

const Row = ({ id, label, children }) => <div class="alur-syarat-baris"><label for={id}>{label}</label>{children}</div>;

const empty = (type) => ({ type, sign: '=', value: '' });

function One({ one, givers, change, name }) {
  const output = find(givers, one.field);
  const columns = output?.columns ?? [];
  const isList = output ? output.type === 'list' : one.of !== 'value';
  const asked = one.of === 'value' ? output : columns.find(({ key }) => key === one.column);
  const type = one.of === 'count' ? 'number' : asked?.type === 'any' || !asked ? one.type : asked.type;
  const pickField = (key) => {
    const next = find(givers, key);
    const list = next?.type === 'list';
    change({ field: key, of: list ? 'count' : 'value', column: '', ...empty(list ? 'number' : kind(next?.type)), ...(list ? { sign: '>' } : {}) });
  };
  const pickOf = (of) => change({ of, column: '', ...empty(of === 'count' ? 'number' : 'string') });
  const pickColumn = (column) => change({ column, ...empty(kind(columns.find(({ key }) => key === column)?.type)) });
  const seen = new Set();
  return (
    <>
      <Row id={`${name}-isian`} label="Isian">
        <select class="bio-properties-panel-input" id={`${name}-isian`} name={`${name}-isian`} value={one.field} onChange={(event) => pickField(event.target.value)}>
          <option value="">— pilih isian —</option>
          {one.field && !output ? <option value={one.field}>{one.field} (tidak dikenal)</option> : null}
          {givers.map(({ form, step, outputs }) => {
            const fresh = outputs.filter(({ key, type: of }) => !seen.has(key) && of !== 'files' && of !== 'context' && seen.add(key));
            return fresh.length ? <optgroup key={form.id} label={step}>{fresh.map(({ key, label }) => <option key={key} value={key}>{label || key}</option>)}</optgroup> : null;
          })}
        </select>
      </Row>
      {isList ? (
        <Row id={`${name}-cara`} label="Yang diperiksa">
          <select class="bio-properties-panel-input" id={`${name}-cara`} name={`${name}-cara`} value={one.of} onChange={(event) => pickOf(event.target.value)}>
            {QUANTIFIERS.filter(([ of ]) => of === 'count' || columns.length || of === one.of).map(([ of, words ]) => <option key={of} value={of}>{words}</option>)}
          </select>
        </Row>
      ) : null}
      {one.of === 'some' || one.of === 'every' ? (
        <Row id={`${name}-kolom`} label="Kolom">
          <select class="bio-properties-panel-input" id={`${name}-kolom`} name={`${name}-kolom`} value={one.column} onChange={(event) => pickColumn(event.target.value)}>
            <option value="">— pilih kolom —</option>
            {one.column && !columns.some(({ key }) => key === one.column) ? <option value={one.column}>{one.column} (tidak dikenal)</option> : null}
            {columns.map(({ key, label }) => <option key={key} value={key}>{label || key}</option>)}
          </select>
        </Row>
      ) : null}
      <Row id={`${name}-pembanding`} label="Pembanding">
        <select class="bio-properties-panel-input" id={`${name}-pembanding`} name={`${name}-pembanding`} value={one.sign} onChange={(event) => change({ sign: event.target.value })}>
          {signs(type).map(([ sign, words ]) => <option key={sign} value={sign}>{words}</option>)}
        </select>
      </Row>
      <Row id={`${name}-nilai`} label="Nilai">
        <Value one={one} type={type} choices={one.of === 'count' ? null : asked?.options} name={`${name}-nilai`} change={(value) => change({ value, type })} />
      </Row>
    </>
  );
}

/** The type of a field as a value is written; what is only known at run time is taken for text. */
const kind = (type) => ([ 'number', 'boolean', 'date' ].includes(type) ? type : 'string');

function Value({ one, type, choices, change, name }) {
  const offered = type === 'boolean' ? [ { value: 'true', label: 'Ya' }, { value: 'false', label: 'Tidak' } ] : choices;
  if (offered?.length) {
    const known = offered.some(({ value }) => value === one.value);
    return (
      <select class="bio-properties-panel-input" id={name} name={name} value={one.value} onChange={(event) => change(event.target.value)}>
        <option value="">— pilih nilai —</option>
        {one.value && !known ? <option value={one.value}>{one.value} (bukan pilihan)</option> : null}
        {offered.map(({ value, label }) => <option key={value} value={value}>{label || value}</option>)}
      </select>
    );
  }
  return <input class="bio-properties-panel-input" id={name} name={name} type={type === 'date' ? 'date' : 'text'} inputMode={type === 'number' ? 'decimal' : undefined} value={one.value} autoComplete="off" onChange={(event) => change(event.target.value)} />;
}
