// What an element is called on the screen.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { isProcess, timerDefinition } from './sop.js';

const KINDS = {
  'bpmn:UserTask': 'Tugas pengguna', 'bpmn:ExclusiveGateway': 'Gerbang eksklusif', 'bpmn:ParallelGateway': 'Gerbang paralel',
  'bpmn:StartEvent': 'Peristiwa mulai', 'bpmn:EndEvent': 'Peristiwa selesai', 'bpmn:IntermediateCatchEvent': 'Peristiwa antara',
  'bpmn:BoundaryEvent': 'Batas waktu', 'bpmn:SequenceFlow': 'Aliran', 'bpmn:Lane': 'Lajur pelaksana', 'bpmn:Participant': 'Kolam dan proses',
  'bpmn:TextAnnotation': 'Catatan', 'bpmn:Association': 'Garis catatan', 'bpmn:Group': 'Kelompok',
  'bpmn:Task': 'Tugas tanpa jenis', 'bpmn:ServiceTask': 'Tugas layanan', 'bpmn:ScriptTask': 'Tugas skrip', 'bpmn:ManualTask': 'Tugas manual',
  'bpmn:SendTask': 'Tugas kirim', 'bpmn:ReceiveTask': 'Tugas terima', 'bpmn:BusinessRuleTask': 'Tugas aturan', 'bpmn:CallActivity': 'Panggilan proses',
  'bpmn:SubProcess': 'Subproses', 'bpmn:AdHocSubProcess': 'Subproses bebas', 'bpmn:Transaction': 'Transaksi',
  'bpmn:InclusiveGateway': 'Gerbang inklusif', 'bpmn:ComplexGateway': 'Gerbang kompleks', 'bpmn:EventBasedGateway': 'Gerbang peristiwa',
  'bpmn:IntermediateThrowEvent': 'Peristiwa antara', 'bpmn:DataObjectReference': 'Objek data', 'bpmn:DataStoreReference': 'Simpanan data',
  'bpmn:MessageFlow': 'Aliran pesan', 'bpmn:DataInputAssociation': 'Masukan data', 'bpmn:DataOutputAssociation': 'Keluaran data',
};

/** The kind of an element in words. */
export function kindOf(element) {
  const object = getBusinessObject(element);
  if (is(object, 'bpmn:Participant')) return KINDS['bpmn:Participant'];
  if (isProcess(element)) return 'Proses';
  if (is(object, 'bpmn:EndEvent') && (object.get('eventDefinitions') ?? []).some((one) => is(one, 'bpmn:TerminateEventDefinition'))) return 'Peristiwa penghentian';
  if (is(object, 'bpmn:IntermediateCatchEvent') && timerDefinition(element)) return 'Pengatur waktu';
  return KINDS[object.$type] ?? object.$type.replace('bpmn:', '');
}

/** An element's own name, or what it connects, or its kind. */
export function nameOf(element) {
  const object = getBusinessObject(element);
  const name = is(object, 'bpmn:TextAnnotation') ? object.get('text') : object.get('name');
  if (name) return name.replace(/\s+/g, ' ').trim();
  if (is(object, 'bpmn:SequenceFlow')) return `${nameOf(object.get('sourceRef'))} → ${nameOf(object.get('targetRef'))}`;
  return kindOf(element);
}
