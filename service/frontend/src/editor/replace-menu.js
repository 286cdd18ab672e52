// "Ubah jenis": from one element that runs to another, and from a foreign element to the nearest that runs.
import PopupMenuModule from 'diagram-js/lib/features/popup-menu';
import ReplaceModule from 'bpmn-js/lib/features/replace';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { runs } from './offered.js';
import { timerDefinition } from './sop.js';

const TARGETS = {
  task: [ 'Tugas pengguna', 'bpmn-icon-user-task', { type: 'bpmn:UserTask' } ],
  exclusive: [ 'Gerbang eksklusif: salah satu jalan', 'bpmn-icon-gateway-xor', { type: 'bpmn:ExclusiveGateway' } ],
  parallel: [ 'Gerbang paralel: semua jalan bersamaan', 'bpmn-icon-gateway-parallel', { type: 'bpmn:ParallelGateway' } ],
  start: [ 'Peristiwa mulai', 'bpmn-icon-start-event-none', { type: 'bpmn:StartEvent' } ],
  end: [ 'Peristiwa selesai', 'bpmn-icon-end-event-none', { type: 'bpmn:EndEvent' } ],
  terminate: [ 'Penghentian: semua cabang berhenti', 'bpmn-icon-end-event-terminate', { type: 'bpmn:EndEvent', eventDefinitionType: 'bpmn:TerminateEventDefinition' } ],
  timer: [ 'Pengatur waktu', 'bpmn-icon-intermediate-event-catch-timer', { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' } ],
  deadline: [ 'Batas waktu yang tidak menghentikan', 'bpmn-icon-intermediate-event-catch-non-interrupting-timer', { type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false } ],
};

function choices(element) {
  const object = getBusinessObject(element);
  const foreign = !runs(element);
  if (is(object, 'bpmn:Activity')) return foreign ? [ 'task' ] : [];
  if (is(object, 'bpmn:ExclusiveGateway')) return [ 'parallel' ];
  if (is(object, 'bpmn:ParallelGateway')) return [ 'exclusive' ];
  if (is(object, 'bpmn:Gateway')) return [ 'exclusive', 'parallel' ];
  if (is(object, 'bpmn:StartEvent')) return foreign ? [ 'start' ] : [];
  if (is(object, 'bpmn:EndEvent')) return foreign ? [ 'end', 'terminate' ] : [ (object.get('eventDefinitions') ?? []).length ? 'end' : 'terminate' ];
  if (is(object, 'bpmn:BoundaryEvent')) return foreign || !timerDefinition(element) || object.get('cancelActivity') ? [ 'deadline' ] : [];
  if (is(object, 'bpmn:IntermediateThrowEvent') || is(object, 'bpmn:IntermediateCatchEvent')) return foreign || !timerDefinition(element) ? [ 'timer' ] : [];
  return [];
}

class ReplaceMenuProvider {
  constructor(popupMenu, bpmnReplace, bpmnFactory, modeling) {
    Object.assign(this, { bpmnReplace, bpmnFactory, modeling });
    popupMenu.registerProvider('bpmn-replace', this);
  }

  getPopupMenuEntries(element) {
    if (element.type === 'label') return {};
    return Object.fromEntries(choices(element).map((key) => {
      const [ label, className, target ] = TARGETS[key];
      return [ `replace-with-${key}`, { label, className, action: () => this.bpmnReplace.replaceElement(element, { ...target }) } ];
    }));
  }

  getPopupMenuHeaderEntries(element) {
    if (!is(element, 'bpmn:UserTask')) return {};
    const object = getBusinessObject(element);
    const loop = object.get('loopCharacteristics');
    const parallel = is(loop, 'bpmn:MultiInstanceLoopCharacteristics') && !loop.get('isSequential');
    return {
      'toggle-parallel-mi': {
        className: 'bpmn-icon-parallel-mi-marker', title: 'Diulang untuk setiap unit, bersamaan', active: parallel,
        action: () => this.modeling.updateProperties(element, { loopCharacteristics: parallel ? undefined : this.bpmnFactory.create('bpmn:MultiInstanceLoopCharacteristics') }),
      },
    };
  }
}

ReplaceMenuProvider.$inject = [ 'popupMenu', 'bpmnReplace', 'bpmnFactory', 'modeling' ];

export default {
  __depends__: [ PopupMenuModule, ReplaceModule ],
  __init__: [ 'replaceMenuProvider' ],
  replaceMenuProvider: [ 'type', ReplaceMenuProvider ],
};
