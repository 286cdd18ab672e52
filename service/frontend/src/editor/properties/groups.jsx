/** @jsxImportSource @bpmn-io/properties-panel/preact */
// Which groups an element has.
import { ListGroup } from '@bpmn-io/properties-panel';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { isProcess, ownerOf, timerDefinition } from '../sop.js';
import { kindOf } from '../names.js';
import { runs } from '../offered.js';
import { area, note, text } from './common.jsx';
import { flowGroups } from './flow.jsx';
import { performerGroup } from './performer.jsx';
import { processGroups } from './process.jsx';
import { taskGroups } from './task.jsx';

/** A group of list items: each `item(value, index)` gives {label, entries}; `add` and `remove` change the list. */
export function list(id, label, values, item, add, remove) {
  return {
    id, label, component: ListGroup,
    add: (event) => {
      event.stopPropagation();
      add();
    },
    items: values.map((value, index) => ({
      id: `${id}-${index}`, ...item(value, index, `${id}-${index}`),
      remove: (event) => {
        event.stopPropagation();
        remove(value, index);
      },
    })),
  };
}

/** What the parts of the panel need: the services, the element and the objects it stands for. */
function context(element, injector) {
  const canvas = injector.get('canvas');
  const root = canvas.getRootElement();
  const own = ownerOf(element);
  const process = is(own, 'bpmn:Process') ? own : processOf(getBusinessObject(element), ownerOf(root));
  return {
    element, injector, object: own, process, root, list,
    sop: injector.get('sop'), modeling: injector.get('modeling'), reference: injector.get('reference'), urls: injector.get('urls'),
  };
}

function processOf(object, fallback) {
  let at = object;
  while (at && !is(at, 'bpmn:Process')) at = at.$parent;
  return at ?? fallback;
}

export function groupsFor(element, injector) {
  const here = context(element, injector);
  const groups = [ general(here) ];
  const said = findingsGroup(here);
  if (is(here.object, 'bpmn:UserTask')) groups.push(...taskGroups(here));
  if (is(here.object, 'bpmn:Lane')) groups.push(performerGroup(here));
  if (is(here.object, 'bpmn:SequenceFlow')) groups.push(...flowGroups(here));
  if (isProcess(element)) groups.push(...processGroups(here));
  if (timerDefinition(element)) groups.push(timerGroup(here));
  return [ ...said, ...groups.filter(Boolean) ];
}

function findingsGroup({ element, injector }) {
  const own = injector.get('findings').of(element);
  const entries = own.map((finding, index) => note(`temuan-${index}`, finding.message, `alur-panel-${finding.severity}`));
  if (!runs(element)) entries.unshift(note('asing', `${kindOf(element)} tidak dapat dijalankan. Ubah jenisnya dengan tombol kunci pas di sebelah elemen, atau hapus.`, 'alur-panel-error'));
  return entries.length ? [ { id: 'temuan', label: 'Temuan pemeriksaan', shouldOpen: true, entries } ] : [];
}

function general({ element, object, modeling, sop }) {
  const entries = [];
  if (is(object, 'bpmn:TextAnnotation')) entries.push(area('teks', 'Teks', () => object.get('text'), (value) => modeling.updateProperties(element, { text: value })));
  else if (isProcess(element)) {
    entries.push(text('nama', 'Nama SOP', () => object.get('name'), (value) => renameProcess(element, object, value, modeling, sop)));
  } else {
    const long = is(object, 'bpmn:UserTask');
    const label = long ? 'Uraian kegiatan' : 'Nama';
    entries.push((long ? area : text)('nama', label, () => object.get('name'), (value) => modeling.updateLabel(element, value || ''), long ? { rows: 3 } : {}));
  }
  entries.push(idEntry(element, object, modeling, sop));
  return { id: 'umum', label: 'Umum', shouldOpen: true, entries };
}

function renameProcess(element, process, name, modeling, sop) {
  sop.together(() => {
    sop.update(element, process, { name: name || undefined });
    if (element.businessObject !== process && is(element, 'bpmn:Participant')) modeling.updateLabel(element, name || '');
  });
}

const ID = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;

function idEntry(element, object, modeling, sop) {
  const validate = (value) => {
    if (!ID.test(value ?? '')) return 'Gunakan huruf, angka, garis bawah, titik, atau tanda hubung; awali dengan huruf.';
    const taken = object.$model.ids.assigned(value);
    return taken && taken !== object ? 'Id ini sudah dipakai elemen lain.' : undefined;
  };
  if (isProcess(element)) return text('id', 'Id proses', () => object.get('id'), () => undefined, { disabled: true, description: 'Id proses tetap sejak proses dibuat.' });
  return text('id', 'Id', () => object.get('id'), (value, error) => {
    if (!error) sop.together(() => modeling.updateProperties(element, { id: value }));
  }, { validate });
}

function timerGroup({ element, sop }) {
  const boundary = is(element, 'bpmn:BoundaryEvent');
  return {
    id: 'waktu', label: boundary ? 'Batas waktu' : 'Pengatur waktu', shouldOpen: true,
    entries: [ text('timer-waktu', 'Lama waktu', () => sop.timerWords(element), (value) => sop.setTimerWords(element, value), {
      description: boundary ? 'Misalnya “4 hari kerja” atau “10 menit”. Waktu pada mutu baku tugasnya ikut berubah.' : 'Misalnya “4 hari kerja” atau “10 menit”, dihitung pada jam kerja.',
    }) ],
  };
}
