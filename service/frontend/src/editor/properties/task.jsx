// The groups of a user task: Formulir, Dokumen, Isi awal, Mutu baku, Pelaksana, Diulang untuk setiap, Penyelesaian.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { toIso } from '../duration.js';
import { all, first } from '../sop.js';
import { area, buttons, check, choice, feel, note, text } from './common.jsx';
import { finishGroups } from './finish.jsx';
import { performerGroup } from './performer.jsx';

export function taskGroups(here) {
  return [ form(here), standard(here), reads(here), writes(here), initial(here), performerGroup(here), each(here), ...finishGroups(here) ];
}

export const documentOptions = (process) => all(process, 'sop:Document').map((one) => ({ value: one.get('key'), label: one.get('name') || one.get('key') }));
export const formOptions = (reference) => reference.forms.map(({ id, title }) => ({ value: id, label: title || id }));

function form({ element, object, sop, reference, urls }) {
  const ref = first(object, 'sop:Form')?.get('ref');
  const put = (value) => sop.put(element, object, 'sop:Form', { ref: value });
  return {
    id: 'formulir', label: 'Formulir', shouldOpen: true,
    entries: [
      choice('form', 'Formulir yang diisi', () => ref, put, () => formOptions(reference), { empty: '— belum dipilih —' }),
      buttons('form-tombol', [
        ref && urls.form && { label: 'Buka formulir', href: urls.form(ref) },
        urls.createForm && { label: 'Buat formulir baru', act: () => urls.createForm(object.get('name'), put) },
      ]),
    ],
  };
}

function standard({ element, object, sop }) {
  const get = (name) => () => first(object, 'sop:MutuBaku')?.get(name);
  const set = (name) => (value) => sop.put(element, object, 'sop:MutuBaku', { [name]: value });
  const waktu = get('waktu')();
  return {
    id: 'mutu-baku', label: 'Mutu baku', shouldOpen: true,
    entries: [
      area('kelengkapan', 'Kelengkapan', get('kelengkapan'), set('kelengkapan'), { rows: 2 }),
      text('waktu', 'Waktu', get('waktu'), (value) => sop.setTime(element, value), {
        description: waktu && !toIso(waktu) ? 'Waktu ini tidak dapat dijadikan batas waktu. Tulis misalnya “4 hari kerja” atau “10 menit”.' : 'Misalnya “4 hari kerja” atau “10 menit”. Batas waktu pada diagram mengikuti.',
      }),
      area('output', 'Output', get('output'), set('output'), { rows: 2 }),
      area('keterangan', 'Keterangan', get('keterangan'), set('keterangan'), { rows: 2 }),
    ],
  };
}

function reads({ element, object, sop, process }) {
  const present = all(object, 'sop:Reads');
  const entries = documentOptions(process).map(({ value, label }) => check(`baca-${value}`, label, () => present.some((one) => one.get('document') === value), (on) => {
    const one = present.find((each) => each.get('document') === value);
    if (on && !one) sop.add(element, object, 'sop:Reads', { document: value });
    if (!on && one) sop.remove(element, object, one);
  }));
  const unknown = present.filter((one) => !documentOptions(process).some(({ value }) => value === one.get('document')));
  for (const one of unknown) entries.push(check(`baca-${one.get('document')}`, `${one.get('document')} (tidak dikenal)`, () => true, () => sop.remove(element, object, one)));
  if (!entries.length) entries.push(note('baca-kosong', 'Belum ada dokumen. Nyatakan dokumen pada proses: klik bidang kosong di luar lajur.'));
  return { id: 'dokumen-dibaca', label: 'Dokumen yang dibaca', entries };
}

function writes({ element, object, sop, process, reference, list }) {
  const documents = documentOptions(process);
  return list('dokumen-ditulis', 'Dokumen yang ditulis', all(object, 'sop:Writes'), (one, _, id) => ({
    label: documents.find(({ value }) => value === one.get('document'))?.label ?? one.get('document'),
    entries: [
      choice(`${id}-dokumen`, 'Dokumen', () => one.get('document'), (value) => sop.update(element, one, { document: value }), () => documents, { empty: '— pilih dokumen —' }),
      text(`${id}-keadaan`, 'Keadaan sesudahnya', () => one.get('state'), (value) => sop.update(element, one, { state: value }), { description: 'Misalnya “terverifikasi”. Boleh kosong.' }),
      choice(`${id}-form`, 'Ditampilkan dengan formulir', () => one.get('form'), (value) => sop.update(element, one, { form: value }), () => formOptions(reference), { empty: 'Formulir dokumennya' }),
    ],
  }), () => sop.add(element, object, 'sop:Writes', { document: documents.find(({ value }) => !all(object, 'sop:Writes').some((one) => one.get('document') === value))?.value }), (one) => sop.remove(element, object, one));
}

const GIVEN = [
  [ 'unit.nama', 'Nama unit langkah ini' ], [ 'unit.kode', 'Kode unit langkah ini' ], [ 'owner.nama', 'Nama unit pemilik proses' ], [ 'owner.kode', 'Kode unit pemilik proses' ],
  [ 'starter.nama', 'Nama yang memulai' ], [ 'starter.jabatan', 'Jabatan yang memulai' ], [ 'due_date', 'Tanggal batas waktu langkah ini' ], [ 'units', 'Semua unit aktif' ],
];

function initial({ element, object, sop, process, reference, list }) {
  const chosen = reference.form(first(object, 'sop:Form')?.get('ref'));
  const outputs = chosen?.outputs ?? [];
  const fields = () => [ ...outputs.map(({ key, label }) => ({ value: key, label: label || key })), ...(chosen?.inputs ?? []).map((key) => ({ value: key, label: `${key} (daftar pilihan)` })) ];
  const sources = () => [
    ...all(process, 'sop:Document').map((one) => ({
      label: one.get('name') || one.get('key'),
      children: reference.documentFields(process, one.get('key')).map(({ key, label }) => ({ value: `${one.get('key')}.${key}`, label: label || key })),
    })).filter(({ children }) => children.length),
    { label: 'Keterangan lain', children: GIVEN.map(([ value, label ]) => ({ value, label })) },
  ];
  const simple = (source) => sources().some(({ children }) => children.some(({ value }) => value === source));
  const labelOf = (key) => outputs.find((one) => one.key === key)?.label || key;
  return list('isi-awal', 'Isi awal', all(object, 'sop:Initial'), (one, _, id) => {
    const from = (one.get('text') ?? '').trim();
    const set = (value) => sop.update(element, one, { text: value });
    return {
      label: labelOf(one.get('field')),
      entries: [
        choice(`${id}-isian`, 'Isian formulir', () => one.get('field'), (value) => sop.update(element, one, { field: value }), fields, { empty: '— pilih isian —' }),
        choice(`${id}-dari`, 'Diisi dari', () => (simple(from) ? from : ''), (value) => value && set(value), sources, { empty: from && !simple(from) ? 'Ungkapan FEEL di bawah' : '— pilih sumber —' }),
        feel(`${id}-feel`, 'Ungkapan FEEL (lanjutan)', () => one.get('text'), set, { rows: 3 }),
      ],
    };
  }, () => sop.add(element, object, 'sop:Initial', { field: outputs.find(({ key }) => !all(object, 'sop:Initial').some((one) => one.get('field') === key))?.key }), (one) => sop.remove(element, object, one));
}

function each({ element, object, sop, modeling, reference, process }) {
  const loop = object.get('loopCharacteristics');
  const on = is(loop, 'bpmn:MultiInstanceLoopCharacteristics');
  const keyword = on && first(loop, 'sop:Each');
  const lists = () => reference.before(object, process).map(({ step, outputs }) => ({
    label: step, children: outputs.filter(({ type, columns }) => type === 'list' && !columns?.length).map(({ key, label }) => ({ value: key, label: label || key })),
  })).filter(({ children }) => children.length);
  const put = (properties) => sop.put(element, loop, 'sop:Each', properties);
  const entries = [ check('ulang', 'Langkah ini dikerjakan banyak unit sekaligus', () => on, (wanted) => sop.together(() => {
    const made = wanted ? sop.create('bpmn:MultiInstanceLoopCharacteristics', object, {}) : undefined;
    modeling.updateProperties(element, { loopCharacteristics: made });
    const unit = object.get('sop:unit');
    if (wanted && !unit) modeling.updateProperties(element, { 'sop:unit': 'item' });
    if (!wanted && unit === 'item') modeling.updateProperties(element, { 'sop:unit': undefined });
  })) ];
  if (on) {
    const collection = keyword?.get('collection');
    const simple = () => lists().some(({ children }) => children.some(({ value }) => value === collection));
    entries.push(
      choice('ulang-daftar', 'Daftar unit dari isian', () => (simple() ? collection : ''), (value) => value && put({ collection: value, item: keyword?.get('item') || 'bagian' }), lists, { empty: collection && !simple() ? 'Ungkapan FEEL di bawah' : '— pilih daftar —' }),
      text('ulang-butir', 'Nama butir', () => keyword?.get('item'), (value) => put({ item: value }), { description: 'Satu kata, misalnya “bagian”; dipakai pada isi awal untuk unit yang mengisi.' }),
      feel('ulang-feel', 'Daftar sebagai FEEL (lanjutan)', () => collection, (value) => put({ collection: value }), { rows: 2 }),
    );
  }
  return { id: 'diulang', label: 'Diulang untuk setiap', shouldOpen: on, entries };
}

