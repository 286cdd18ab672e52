// The elements that an SOP may be drawn with: what the server runs, and nothing else.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const TIMER = { eventDefinitionType: 'bpmn:TimerEventDefinition' };

/** key -> what is created; `palette` and `append` are the words on the buttons. */
export const OFFERED = {
  start: { group: 'event', icon: 'bpmn-icon-start-event-none', palette: 'Buat peristiwa mulai', shape: { type: 'bpmn:StartEvent' } },
  end: { group: 'event', icon: 'bpmn-icon-end-event-none', palette: 'Buat peristiwa selesai', append: 'Lanjutkan dengan peristiwa selesai', shape: { type: 'bpmn:EndEvent' } },
  terminate: {
    group: 'event', icon: 'bpmn-icon-end-event-terminate', palette: 'Buat peristiwa penghentian: semua cabang berhenti',
    shape: { type: 'bpmn:EndEvent', eventDefinitionType: 'bpmn:TerminateEventDefinition' },
  },
  timer: {
    group: 'event', icon: 'bpmn-icon-intermediate-event-catch-timer', palette: 'Buat pengatur waktu; letakkan di tepi tugas untuk batas waktu',
    append: 'Lanjutkan dengan menunggu waktu', shape: { type: 'bpmn:IntermediateCatchEvent', ...TIMER },
  },
  task: { group: 'activity', icon: 'bpmn-icon-user-task', palette: 'Buat tugas pengguna', append: 'Lanjutkan dengan tugas', shape: { type: 'bpmn:UserTask' } },
  exclusive: { group: 'gateway', icon: 'bpmn-icon-gateway-xor', palette: 'Buat gerbang eksklusif: salah satu jalan', append: 'Lanjutkan dengan gerbang eksklusif', shape: { type: 'bpmn:ExclusiveGateway' } },
  parallel: { group: 'gateway', icon: 'bpmn-icon-gateway-parallel', palette: 'Buat gerbang paralel: semua jalan bersamaan', append: 'Lanjutkan dengan gerbang paralel', shape: { type: 'bpmn:ParallelGateway' } },
};

/** Whether a second outgoing flow of this element would be refused. */
export const oneWayOut = (element) => !is(element, 'bpmn:Gateway');

/** Whether a second incoming flow of this element would be refused. */
export const oneWayIn = (element) => !is(element, 'bpmn:Gateway') && !is(element, 'bpmn:EndEvent');

const RUNS = [ 'bpmn:UserTask', 'bpmn:ExclusiveGateway', 'bpmn:ParallelGateway', 'bpmn:StartEvent', 'bpmn:EndEvent', 'bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent' ];
const DECORATES = [ 'bpmn:SequenceFlow', 'bpmn:Lane', 'bpmn:Participant', 'bpmn:Collaboration', 'bpmn:Process', 'bpmn:TextAnnotation', 'bpmn:Association', 'bpmn:Group' ];
const EVENTS = { 'bpmn:EndEvent': [ 'bpmn:TerminateEventDefinition' ], 'bpmn:IntermediateCatchEvent': [ 'bpmn:TimerEventDefinition' ], 'bpmn:BoundaryEvent': [ 'bpmn:TimerEventDefinition' ] };

/** Whether the server could run what is drawn here, as far as its kind tells; the server's check has the last word. */
export function runs(element) {
  const object = getBusinessObject(element);
  if (DECORATES.includes(object.$type)) return true;
  if (!RUNS.includes(object.$type)) return false;
  return (object.get('eventDefinitions') ?? []).every((one) => (EVENTS[object.$type] ?? []).includes(one.$type));
}
