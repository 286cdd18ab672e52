// What happens when a task is done: signatures, prints, return notes, corrections, shared results, its own deadline.
import { all, first } from '../sop.js';
import { choice, feel, text } from './common.jsx';
import { documentOptions } from './task.jsx';

const KINDS = [ { value: 'paraf', label: 'Paraf' }, { value: 'tandatangan', label: 'Tanda tangan' } ];
const LAYOUTS = [ { value: 'portrait', label: 'Tegak' }, { value: 'landscape', label: 'Mendatar' } ];

export const finishGroups = (here) => [ finish(here), prints(here), shares(here) ];

function written(object, process) {
  const keys = new Set(all(object, 'sop:Writes').map((one) => one.get('document')));
  return documentOptions(process).filter(({ value }) => keys.has(value));
}

function finish({ element, object, sop, process, reference }) {
  const outputs = reference.form(first(object, 'sop:Form')?.get('ref'))?.outputs ?? [];
  const sign = first(object, 'sop:Sign');
  const tasks = () => (process.get('flowElements') ?? []).filter((one) => one.$type === 'bpmn:UserTask' && one !== object).map((one) => ({ value: one.get('id'), label: one.get('name') || one.get('id') }));
  return {
    id: 'penyelesaian', label: 'Paraf, catatan, dan koreksi',
    entries: [
      choice('paraf', 'Dibubuhi', () => sign?.get('kind'), (kind) => sop.put(element, object, 'sop:Sign', kind ? { kind, document: sign?.get('document') || written(object, process)[0]?.value } : { kind: '', document: '', when: '' }), () => KINDS, { empty: 'Tanpa paraf atau tanda tangan' }),
      ...(sign ? [ choice('paraf-dokumen', 'Dokumen yang ditandatangani', () => sign.get('document'), (document) => sop.put(element, object, 'sop:Sign', { document }), () => written(object, process), { empty: '— pilih dokumen —' }),
        feel('paraf-bila', 'Hanya dibubuhi bila, sebagai FEEL (lanjutan)', () => sign.get('when'), (when) => sop.put(element, object, 'sop:Sign', { when }), {
          rows: 2, description: 'Bila hasilnya bukan benar, langkah ini mengembalikan pekerjaan: kata sandi tidak diminta dan paraf tidak dibubuhkan.',
        }) ] : []),
      choice('catatan-pengembalian', 'Catatan pengembalian', () => first(object, 'sop:ReturnNote')?.get('field'), (field) => sop.put(element, object, 'sop:ReturnNote', { field }), () => outputs.filter(({ type }) => type === 'string').map(({ key, label }) => ({ value: key, label: label || key })), {
        empty: 'Tidak ada', description: 'Isian yang ditampilkan kepada pelaksana langkah sebelumnya bila dikembalikan.',
      }),
      choice('koreksi', 'Boleh dikoreksi selama langkah ini terbuka', () => first(object, 'sop:Amendable')?.get('while'), (value) => sop.put(element, object, 'sop:Amendable', { while: value }), tasks, { empty: 'Tidak boleh setelah dikirim' }),
      feel('batas-khusus', 'Tanggal batas khusus sebagai FEEL (lanjutan)', () => first(object, 'sop:Due')?.get('text'), (value) => sop.put(element, object, 'sop:Due', { text: value }), {
        rows: 2, description: 'Menggantikan waktu mutu baku; bila menghasilkan kosong, mutu baku yang berlaku.',
      }),
    ],
  };
}

function prints({ element, object, sop, process, list }) {
  const keys = () => {
    const named = new Set([ ...all(object, 'sop:Writes'), ...all(object, 'sop:Reads') ].map((one) => one.get('document')));
    return documentOptions(process).filter(({ value }) => named.has(value));
  };
  return list('cetakan', 'Cetakan', all(object, 'sop:PrintOut'), (one, _, id) => ({
    label: one.get('title') || one.get('document'),
    entries: [
      choice(`${id}-dokumen`, 'Dokumen', () => one.get('document'), (document) => sop.update(element, one, { document }), keys, { empty: '— pilih dokumen —' }),
      text(`${id}-judul`, 'Judul cetakan', () => one.get('title'), (title) => sop.update(element, one, { title })),
      choice(`${id}-arah`, 'Kertas', () => one.get('layout') || 'portrait', (layout) => sop.update(element, one, { layout }), () => LAYOUTS),
    ],
  }), () => {
    const [ one ] = keys();
    sop.add(element, object, 'sop:PrintOut', { document: one?.value, title: one?.label, layout: 'portrait' });
  }, (one) => sop.remove(element, object, one));
}

function shares({ element, object, sop, process, list }) {
  const documents = documentOptions(process);
  return list('dibagikan', 'Dibagikan per unit', all(object, 'sop:Distribute'), (one, _, id) => ({
    label: documents.find(({ value }) => value === one.get('document'))?.label ?? one.get('document'),
    entries: [
      choice(`${id}-dokumen`, 'Sebagai dokumen', () => one.get('document'), (document) => sop.update(element, one, { document }), () => documents, { empty: '— pilih dokumen —' }),
      text(`${id}-kolom`, 'Dikelompokkan menurut kolom', () => one.get('by'), (by) => sop.update(element, one, { by }), { description: 'Kolom yang memuat kode unit, misalnya “kode_bagian”.' }),
      feel(`${id}-baris`, 'Baris yang dibagikan sebagai FEEL', () => one.get('text'), (value) => sop.update(element, one, { text: value })),
    ],
  }), () => sop.add(element, object, 'sop:Distribute', { document: undefined, by: undefined }), (one) => sop.remove(element, object, one));
}
