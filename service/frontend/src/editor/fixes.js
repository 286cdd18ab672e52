// Findings that one press can mend. The server then checks again: nothing here decides what is right.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { durationOf, first, ownerOf, timerOf } from './sop.js';
import { toIso, toWords } from './duration.js';

const flows = (list) => list.filter((flow) => is(flow, 'bpmn:SequenceFlow'));
export const middle = (shape) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });

/** Draws a flow anew from middle to middle, without the bends of its former ends. */
export const straighten = (modeling, flow) => modeling.layoutConnection(flow, { connectionStart: middle(flow.source), connectionEnd: middle(flow.target), waypoints: [] });

/** `[label, act]` for a finding at an element, or null. */
export function fixFor(finding, target, injector) {
  const sop = injector.get('sop');
  const modeling = injector.get('modeling');
  switch (finding.code) {
    case 'INCOMING_SEVERAL':
      return flows(target.incoming ?? []).length > 1 ? [ 'Sisipkan gerbang penyatu', () => sop.together(() => merge(target, injector)) ] : null;
    case 'OUTGOING_SEVERAL':
      return flows(target.outgoing ?? []).length > 1 ? [ 'Sisipkan gerbang pencabang', () => sop.together(() => branch(target, injector)) ] : null;
    case 'TIMER_NONE':
      return toIso(first(getBusinessObject(target), 'sop:MutuBaku')?.get('waktu')) ? [ 'Tempelkan batas waktu', () => sop.followTime(target) ] : null;
    case 'STANDARD_TIME':
      return timerOf(target) ? [ 'Samakan dengan mutu baku', () => sop.followTime(target) ] : null;
    case 'STANDARD_TIME_TEXT':
      return toWords(durationOf(timerOf(target) ?? target)) ? [ `Tulis “${toWords(durationOf(timerOf(target)))}”`, () => sop.setTime(target, toWords(durationOf(timerOf(target)))) ] : null;
    case 'TIMER_INTERRUPTING':
      return [ 'Jadikan tidak menghentikan', () => modeling.updateProperties(target, { cancelActivity: false }) ];
    case 'PROCESS_NOT_EXECUTABLE': {
      const process = ownerOf(target);
      return is(process, 'bpmn:Process') ? [ 'Jadikan dapat dijalankan', () => sop.update(target, process, { isExecutable: true }) ] : null;
    }
    case 'CONDITION_ON_DEFAULT': case 'CONDITION_MISPLACED':
      return is(target, 'bpmn:SequenceFlow') ? [ 'Hapus syaratnya', () => modeling.updateProperties(target, { conditionExpression: undefined }) ] : null;
    case 'TIMER_OUTGOING':
      return [ 'Hapus aliran keluarnya', () => modeling.removeElements(flows(target.outgoing).slice()) ];
    default:
      return null;
  }
}

/** An exclusive gateway before `target` that takes all of its incoming flows. */
function merge(target, injector) {
  const modeling = injector.get('modeling');
  const incoming = flows(target.incoming).slice();
  const room = 50 + 40;
  const gateway = modeling.createShape({ type: 'bpmn:ExclusiveGateway' }, { x: target.x - room + 25, y: middle(target).y }, target.parent);
  for (const flow of incoming) modeling.reconnectEnd(flow, gateway, middle(gateway));
  modeling.connect(gateway, target);
  for (const flow of incoming) straighten(modeling, flow);
}

/** An exclusive gateway after `target` from which all of its outgoing flows leave. */
function branch(target, injector) {
  const modeling = injector.get('modeling');
  const outgoing = flows(target.outgoing).slice();
  const gateway = modeling.createShape({ type: 'bpmn:ExclusiveGateway' }, { x: target.x + target.width + 40 + 25, y: middle(target).y }, target.parent);
  for (const flow of outgoing) modeling.reconnectStart(flow, gateway, middle(gateway));
  modeling.connect(target, gateway);
  for (const flow of outgoing) straighten(modeling, flow);
}
