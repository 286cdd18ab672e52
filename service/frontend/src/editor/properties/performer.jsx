// Pelaksana: role and unit of a lane, and their override on a task.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { choice, feel, suggest } from './common.jsx';

const UNITS = [
  { value: 'owner', label: 'Unit pemilik proses' }, { value: 'owner.induk', label: 'Unit induk pemilik proses' },
  { value: 'item', label: 'Setiap unit yang diminta (langkah berulang)' },
];
const QUOTED = /^"([^"\\]*)"$/;

/** Role and unit of a lane, or what a task has instead of its lane's. */
export function performerGroup({ element, object, modeling, reference, process }) {
  const lane = is(object, 'bpmn:Lane');
  const set = (name) => (value) => modeling.updateProperties(element, { [`sop:${name}`]: value || undefined });
  const get = (name) => () => object.get(`sop:${name}`);
  const inherited = lane ? null : laneOf(object, process);
  const units = () => [
    ...UNITS.filter(({ value }) => !lane || value !== 'item'),
    ...(reference.units.length ? [ { label: 'Unit tertentu', children: reference.units.map(({ code, name }) => ({ value: JSON.stringify(code), label: name })) } ] : []),
  ];
  const unit = get('unit')();
  const ready = !unit || units().some((one) => one.value === unit || one.children?.some((child) => child.value === unit));
  return {
    id: 'pelaksana', label: 'Pelaksana', shouldOpen: lane,
    entries: [
      suggest('peran', lane ? 'Peran' : 'Peran lain daripada lajurnya', get('role'), set('role'), () => reference.roles.map(({ code, name }) => ({ value: code, label: name })), {
        description: inherited ? `Bila kosong: ${inherited.get('sop:role') || 'peran lajur belum diisi'} (lajur ${inherited.get('name') || inherited.get('id')}).` : 'Kode peran jabatan yang mengerjakan langkah di lajur ini.',
      }),
      choice('unit', 'Unit', get('unit'), set('unit'), units, { empty: lane ? 'Unit pemilik proses' : 'Sama dengan lajurnya' }),
      feel('unit-feel', 'Unit sebagai FEEL (lanjutan)', get('unit'), set('unit'), {
        rows: 1, description: ready && !QUOTED.test(unit ?? '') ? 'Ungkapan yang menghasilkan kode unit, atas “owner” dan “item”.' : 'Menghasilkan kode unit.',
      }),
    ],
  };
}

function laneOf(task, process) {
  for (const set of process.get('laneSets') ?? []) {
    const found = set.get('lanes').find((lane) => (lane.get('flowNodeRef') ?? []).includes(task));
    if (found) return found;
  }
  return null;
}
