// The groups of the process: how it starts, its documents, and the identity page of the SOP.
import { all, first } from '../sop.js';
import { area, choice, feel, text } from './common.jsx';
import { documentOptions, formOptions } from './task.jsx';

export const processGroups = (here) => [ start(here), documents(here), identity(here), ...lists(here) ];

function start({ element, object, sop, reference }) {
  const outputs = reference.form(first(object, 'sop:StartForm')?.get('form'))?.outputs ?? [];
  const names = outputs.map(({ key }) => key).join(', ');
  const about = names ? `Ungkapan FEEL atas isian formulir mulai: ${names}.` : 'Ungkapan FEEL atas isian formulir mulai.';
  const set = (name) => (value) => sop.put(element, object, 'sop:StartForm', { [name]: value });
  const plain = (type) => () => {
    const stored = (first(object, type)?.get('text') ?? '').trim();
    return outputs.some(({ key, type: of }) => stored === (of === 'number' ? `string(${key})` : key)) ? stored : '';
  };
  const keys = () => outputs.filter(({ type }) => type === 'string' || type === 'number' || type === 'date').map(({ key, label, type }) => ({ value: type === 'number' ? `string(${key})` : key, label: label || key }));
  const pick = (type, id, label, empty) => choice(id, label, plain(type), (value) => value && sop.put(element, object, type, { text: value }), keys, { empty });
  const hand = (type, id, label) => feel(id, label, () => first(object, type)?.get('text'), (value) => sop.put(element, object, type, { text: value }), { rows: 3, description: about });
  return {
    id: 'mulai', label: 'Formulir mulai', shouldOpen: true,
    entries: [
      choice('mulai-form', 'Formulir mulai', () => first(object, 'sop:StartForm')?.get('form'), set('form'), () => formOptions(reference), { empty: '— belum dipilih —' }),
      choice('mulai-tulis', 'Menjadi dokumen', () => first(object, 'sop:StartForm')?.get('writes'), set('writes'), () => documentOptions(object), { empty: 'Tidak menjadi dokumen' }),
      pick('sop:BusinessKey', 'kunci-isian', 'Kunci pelaksanaan dari isian', 'Ungkapan FEEL di bawah'),
      hand('sop:BusinessKey', 'kunci', 'Kunci pelaksanaan: yang membedakan satu pelaksanaan dari yang lain'),
      pick('sop:Title', 'judul-isian', 'Judul dari isian', 'Ungkapan FEEL di bawah'),
      hand('sop:Title', 'judul', 'Judul pelaksanaan'),
    ],
  };
}

function documents({ element, object, sop, reference, list }) {
  const present = all(object, 'sop:Document');
  const fresh = () => {
    let number = present.length + 1;
    while (present.some((one) => one.get('key') === `dokumen_${number}`)) number += 1;
    return `dokumen_${number}`;
  };
  return list('dokumen', 'Dokumen', present, (one, _, id) => ({
    label: one.get('name') || one.get('key'),
    entries: [
      text(`${id}-nama`, 'Nama dokumen', () => one.get('name'), (name) => sop.update(element, one, { name })),
      text(`${id}-kunci`, 'Kunci', () => one.get('key'), (key, error) => !error && renameDocument({ object, sop, element }, one, key), {
        validate: (value) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(value ?? '') ? undefined : 'Gunakan huruf, angka, dan garis bawah.'),
        description: 'Dipakai dalam ungkapan FEEL. Rujukan pada langkah-langkah ikut berubah; ungkapan FEEL tidak.',
      }),
      choice(`${id}-form`, 'Ditampilkan dengan formulir', () => one.get('form'), (form) => sop.update(element, one, { form }), () => formOptions(reference), { empty: '— belum dipilih —' }),
      text(`${id}-keadaan`, 'Keadaan awal', () => one.get('state'), (state) => sop.update(element, one, { state })),
    ],
  }), () => sop.add(element, object, 'sop:Document', { key: fresh(), name: 'Dokumen baru' }), (one) => sop.remove(element, object, one));
}

/** A new key of a document, everywhere where it is named. */
function renameDocument({ object, sop, element }, one, key) {
  const old = one.get('key');
  sop.together(() => {
    sop.update(element, one, { key });
    for (const holder of [ object, ...(object.get('flowElements') ?? []) ]) {
      for (const keyword of holder.get('extensionElements')?.get('values') ?? []) {
        for (const name of [ 'document', 'writes' ]) if (keyword !== one && keyword.$descriptor?.propertiesByName?.[`sop:${name}`] && keyword.get(name) === old) sop.update(element, keyword, { [name]: key });
      }
    }
  });
}

const TEXTS = [ [ 'nomor', 'Nomor SOP' ], [ 'tanggalPembuatan', 'Tanggal pembuatan' ], [ 'tanggalRevisi', 'Tanggal revisi' ], [ 'tanggalEfektif', 'Tanggal efektif' ], [ 'nama', 'Nama SOP pada naskah' ] ];
const OFFICIAL = [ [ 'jabatan', 'Disahkan oleh: jabatan' ], [ 'nama', 'Nama pejabat' ], [ 'pangkat', 'Pangkat' ], [ 'nip', 'NIP' ] ];
const LISTS = [
  [ 'instansi', 'Kop: nama instansi' ], [ 'dasarHukum', 'Dasar hukum' ], [ 'kualifikasiPelaksana', 'Kualifikasi pelaksana' ], [ 'keterkaitan', 'Keterkaitan' ],
  [ 'peralatan', 'Peralatan/perlengkapan' ], [ 'peringatan', 'Peringatan' ], [ 'pencatatan', 'Pencatatan dan pendataan' ],
];

function identity({ element, object, sop }) {
  const page = () => first(object, 'sop:Identity');
  const official = () => page()?.get('disahkanOleh');
  const setOfficial = (name) => (value) => sop.together(() => {
    const present = official();
    if (present) return sop.update(element, present, { [name]: value || undefined });
    const box = page() ?? sop.add(element, object, 'sop:Identity', {});
    return sop.update(element, box, { disahkanOleh: sop.create('sop:DisahkanOleh', box, { [name]: value || undefined }) });
  });
  return {
    id: 'identitas', label: 'Identitas SOP',
    entries: [
      ...TEXTS.map(([ name, label ]) => text(`identitas-${name}`, label, () => page()?.get(name), (value) => sop.put(element, object, 'sop:Identity', { [name]: value }))),
      ...OFFICIAL.map(([ name, label ]) => text(`pengesah-${name}`, label, () => official()?.get(name), setOfficial(name))),
    ],
  };
}

function lists({ element, object, sop, list }) {
  const page = () => first(object, 'sop:Identity');
  return LISTS.map(([ name, label ]) => {
    const values = page()?.get(name) ?? [];
    const put = (next) => sop.put(element, object, 'sop:Identity', { [name]: next });
    return list(`identitas-${name}`, label, values, (value, index, id) => ({
      label: value.length > 48 ? `${value.slice(0, 46)}…` : value,
      entries: [ area(`${id}-teks`, 'Teks', () => (page()?.get(name) ?? [])[index], (next) => put(values.map((one, at) => (at === index ? next || '' : one))), { rows: 3 }) ],
    }), () => put([ ...values, 'Teks baru' ]), (_, index) => put(values.filter((_one, at) => at !== index)));
  });
}
