// What is drawn anew starts as something that can run: deadlines do not interrupt, timers have a time, processes run.
import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import Sop, { durationOf, first, ownerOf, timerDefinition } from './sop.js';
import { toIso, toWords } from './duration.js';

const DEFAULT_TIME = 'P1D';

class Behaviour extends CommandInterceptor {
  constructor(eventBus, modeling, sop) {
    super(eventBus);
    this.postExecuted([ 'shape.create', 'shape.replace' ], ({ context }) => {
      const shape = context.newShape ?? context.shape;
      if (is(shape, 'bpmn:BoundaryEvent')) {
        if (getBusinessObject(shape).get('cancelActivity')) modeling.updateProperties(shape, { cancelActivity: false });
      }
      if (timerDefinition(shape) && !durationOf(shape)) {
        const host = context.host ?? shape.host;
        const words = host && first(getBusinessObject(host), 'sop:MutuBaku')?.get('waktu');
        sop.setDuration(shape, toIso(words) ?? DEFAULT_TIME);
        if (!getBusinessObject(shape).get('name') && is(shape, 'bpmn:BoundaryEvent')) modeling.updateLabel(shape, words || toWords(DEFAULT_TIME));
      }
      if (is(shape, 'bpmn:Participant')) {
        const process = ownerOf(shape);
        if (is(process, 'bpmn:Process') && !process.get('isExecutable')) sop.update(shape, process, { isExecutable: true });
      }
    });
  }
}

Behaviour.$inject = [ 'eventBus', 'modeling', 'sop' ];

export default { __init__: [ 'alurBehaviour', 'sop' ], alurBehaviour: [ 'type', Behaviour ], sop: [ 'type', Sop ] };
