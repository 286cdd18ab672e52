// Our keywords on a drawn element: reading them, and changing them as steps that can be undone.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { same, toIso, toWords } from './duration.js';

/** The process that an element of the page stands for (the page itself and the pool), else the element's own object. */
export function ownerOf(element) {
  const object = getBusinessObject(element);
  if (is(object, 'bpmn:Participant')) return object.get('processRef') ?? object;
  if (is(object, 'bpmn:Collaboration')) return object.get('participants').find((one) => one.get('processRef'))?.get('processRef') ?? object;
  return object;
}

export const isProcess = (element) => is(ownerOf(element), 'bpmn:Process');

const values = (owner) => owner.get('extensionElements')?.get('values') ?? [];

/** All keywords of one type under a process or a task. */
export const all = (owner, type) => values(owner).filter((value) => is(value, type));

export const first = (owner, type) => all(owner, type)[0];

/** The boundary timer of a task, as drawn. */
export const timerOf = (element) => (element.attachers ?? []).find((one) => is(one, 'bpmn:BoundaryEvent') && timerDefinition(one));

export const timerDefinition = (element) => (getBusinessObject(element).get('eventDefinitions') ?? []).find((one) => is(one, 'bpmn:TimerEventDefinition'));

export const durationOf = (element) => timerDefinition(element)?.get('timeDuration')?.get('body') ?? '';

export default class Sop {
  constructor(bpmnFactory, commandStack, modeling) {
    this._factory = bpmnFactory;
    this._stack = commandStack;
    this._modeling = modeling;
    commandStack.register('alur.together', { preExecute: ({ run }) => run(), execute: () => [], revert: () => [] });
  }

  /** Several changes that are undone as one. */
  together(run) {
    let result;
    this._stack.execute('alur.together', { run: () => { result = run(); } });
    return result;
  }

  update(element, object, properties) {
    this._modeling.updateModdleProperties(element, object, properties);
  }

  /** Adds a keyword below a process, a task or a loop. */
  add(element, owner, type, properties) {
    return this.together(() => {
      let box = owner.get('extensionElements');
      if (!box) {
        box = this._create('bpmn:ExtensionElements', owner, { values: [] });
        this.update(element, owner, { extensionElements: box });
      }
      const added = this._create(type, box, properties);
      this.update(element, box, { values: [ ...box.get('values'), added ] });
      return added;
    });
  }

  remove(element, owner, keyword) {
    const box = owner.get('extensionElements');
    const left = box.get('values').filter((value) => value !== keyword);
    if (left.length) this.update(element, box, { values: left });
    else this.update(element, owner, { extensionElements: undefined });
  }

  move(element, owner, keyword, by) {
    const box = owner.get('extensionElements');
    const siblings = all(owner, keyword.$type);
    const other = siblings[siblings.indexOf(keyword) + by];
    if (!other) return;
    const swap = new Map([ [ keyword, other ], [ other, keyword ] ]);
    this.update(element, box, { values: box.get('values').map((value) => swap.get(value) ?? value) });
  }

  /** Sets attributes of the one keyword of a type; a keyword that then says nothing is taken away. */
  put(element, owner, type, properties) {
    const clean = Object.fromEntries(Object.entries(properties).map(([ key, value ]) => [ key, Array.isArray(value) ? value : value || undefined ]));
    const present = first(owner, type);
    if (!present) {
      if (Object.values(clean).some((value) => (Array.isArray(value) ? value.length : value))) this.add(element, owner, type, clean);
      return;
    }
    const says = present.$descriptor.properties.filter(({ ns }) => ns.prefix === 'sop').some(({ ns: { localName } }) => {
      const value = localName in clean ? clean[localName] : present.get(localName);
      return Array.isArray(value) ? value.length : value;
    });
    if (says) this.update(element, present, clean);
    else this.remove(element, owner, present);
  }

  create(type, parent, properties) {
    return this._create(type, parent, properties);
  }

  // --- the standard time and its timer ---

  /** Writes the words of the standard, and brings the timer at the task's edge in step with them. */
  setTime(task, words) {
    this.together(() => {
      this.put(task, getBusinessObject(task), 'sop:MutuBaku', { waktu: words });
      this.followTime(task);
    });
  }

  /** Makes the boundary timer say what `waktu` says; words that are no time leave it alone, no words remove it. */
  followTime(task) {
    const words = first(getBusinessObject(task), 'sop:MutuBaku')?.get('waktu') ?? '';
    const timer = timerOf(task);
    const iso = toIso(words);
    if (!words && timer) this._modeling.removeShape(timer);
    if (!iso) return;
    this.together(() => {
      const drawn = timer ?? this._attach(task);
      this.setDuration(drawn, iso);
      if (getBusinessObject(drawn).get('name') !== words) this._modeling.updateLabel(drawn, words);
    });
  }

  /** From the timer's side: the words on a timer become its duration and, on a task, the step's standard. */
  setTimerWords(timer, words) {
    const iso = toIso(words);
    const host = timer.host;
    this.together(() => {
      this.setDuration(timer, iso ?? words ?? '');
      if (getBusinessObject(timer).get('name') !== words) this._modeling.updateLabel(timer, words || undefined);
      if (host && is(host, 'bpmn:UserTask') && words) this.put(host, getBusinessObject(host), 'sop:MutuBaku', { waktu: words });
    });
  }

  timerWords(timer) {
    const name = getBusinessObject(timer).get('name');
    const iso = durationOf(timer);
    return name && same(name, iso) ? name : toWords(iso) ?? iso;
  }

  setDuration(timer, iso) {
    const definition = timerDefinition(timer);
    const body = iso ? this._create('bpmn:FormalExpression', definition, { body: iso }) : undefined;
    this.update(timer, definition, { timeDuration: body, timeDate: undefined, timeCycle: undefined });
  }

  _attach(task) {
    const at = { x: task.x + task.width - 30, y: task.y + task.height };
    return this._modeling.createShape(
      { type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false },
      at, task, { attach: true },
    );
  }

  _create(type, parent, properties) {
    const made = this._factory.create(type, properties);
    made.$parent = parent;
    return made;
  }
}

Sop.$inject = [ 'bpmnFactory', 'commandStack', 'modeling' ];
