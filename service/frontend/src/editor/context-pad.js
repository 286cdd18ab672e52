// The buttons beside the selected element.
import AppendPreviewModule from 'bpmn-js/lib/features/append-preview';
import AutoPlaceModule from 'bpmn-js/lib/features/auto-place';
import ConnectModule from 'diagram-js/lib/features/connect';
import ContextPadModule from 'diagram-js/lib/features/context-pad';
import CreateModule from 'diagram-js/lib/features/create';
import DirectEditingModule from 'diagram-js-direct-editing';
import { getChildLanes } from 'bpmn-js/lib/features/modeling/util/LaneUtil';
import { isAny } from 'bpmn-js/lib/features/modeling/util/ModelingUtil';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { middle, straighten } from './fixes.js';
import { timerOf } from './sop.js';
import { OFFERED, oneWayOut } from './offered.js';

class ContextPadProvider {
  constructor(contextPad, modeling, elementFactory, connect, create, popupMenu, rules, autoPlace, appendPreview, sop, canvas, eventBus) {
    Object.assign(this, { contextPad, modeling, elementFactory, connect, create, popupMenu, rules, autoPlace, appendPreview, sop, canvas });
    contextPad.registerProvider(this);
    eventBus.on('contextPad.close', () => appendPreview.cleanUp());
  }

  getMultiElementContextPadEntries(elements) {
    return this._removable(elements) ? { delete: this._button('edit', 'bpmn-icon-trash', 'Hapus', (_, chosen) => this.modeling.removeElements(chosen.slice())) } : {};
  }

  getContextPadEntries(element) {
    const entries = {};
    if (element.type !== 'label') {
      Object.assign(entries, this._lanes(element), this._flow(element));
      if (is(element, 'bpmn:UserTask') && !timerOf(element)) {
        entries['attach.timer'] = this._button('edit', 'bpmn-icon-intermediate-event-catch-non-interrupting-timer', 'Tempelkan batas waktu', () => this._attach(element));
      }
      if (!this.popupMenu.isEmpty(element, 'bpmn-replace')) entries.replace = this._button('edit', 'bpmn-icon-screw-wrench', 'Ubah jenis', (event, target) => this._replace(event, target));
      if (isAny(element, [ 'bpmn:FlowNode', 'bpmn:TextAnnotation', 'bpmn:SequenceFlow' ])) {
        if (!is(element, 'bpmn:TextAnnotation')) entries['append.annotation'] = this._append({ type: 'bpmn:TextAnnotation' }, 'bpmn-icon-text-annotation', 'Tambah catatan');
        const start = (event, source) => this.connect.start(event, source);
        if (!is(element, 'bpmn:SequenceFlow')) entries.connect = { group: 'connect', className: 'bpmn-icon-connection-multi', title: 'Hubungkan ke elemen lain', action: { click: start, dragstart: start } };
      }
    }
    if (this._removable([ element ])) entries.delete = this._button('edit', 'bpmn-icon-trash', 'Hapus', (_, target) => this.modeling.removeElements([ target ]));
    return entries;
  }

  /** Appends what was chosen; where only one flow may leave, the new element comes between this one and the next. */
  append(source, definition) {
    return this.sop.together(() => {
      const onward = oneWayOut(source) ? source.outgoing.filter((flow) => is(flow, 'bpmn:SequenceFlow')) : [];
      const shape = this.autoPlace.append(source, this.elementFactory.createShape({ ...definition }));
      if (!is(shape, 'bpmn:EndEvent')) {
        for (const flow of onward) this.modeling.reconnectStart(flow, shape, middle(shape));
        for (const flow of onward) straighten(this.modeling, flow);
      }
      return shape;
    });
  }

  _flow(element) {
    if (!is(element, 'bpmn:FlowNode') || isAny(element, [ 'bpmn:EndEvent', 'bpmn:BoundaryEvent' ])) return {};
    const entries = {};
    for (const key of [ 'task', 'exclusive', 'parallel', 'timer', 'end' ]) entries[`append.${key}`] = this._append(OFFERED[key].shape, OFFERED[key].icon, OFFERED[key].append);
    return entries;
  }

  _append(definition, icon, title) {
    const drag = (event, source) => this.create.start(event, this.elementFactory.createShape({ ...definition }), { source });
    const hover = (_, source) => {
      const { type, ...options } = definition;
      this.appendPreview.create(source, type, options);
      return () => this.appendPreview.cleanUp();
    };
    const click = (_, source) => (is(source, 'bpmn:FlowNode') && definition.type !== 'bpmn:TextAnnotation' ? this.append(source, definition) : this.autoPlace.append(source, this.elementFactory.createShape({ ...definition })));
    return { group: 'model', className: icon, title, action: { dragstart: drag, click, hover } };
  }

  _lanes(element) {
    if (!isAny(element, [ 'bpmn:Lane', 'bpmn:Participant' ])) return {};
    const entries = {
      'lane-insert-above': this._button('lane-insert-above', 'bpmn-icon-lane-insert-above', 'Tambah lajur di atas', () => this.modeling.addLane(element, 'top')),
      'lane-insert-below': this._button('lane-insert-below', 'bpmn-icon-lane-insert-below', 'Tambah lajur di bawah', () => this.modeling.addLane(element, 'bottom')),
    };
    if (is(element, 'bpmn:Participant') && getChildLanes(element).length < 2) {
      const divide = (count) => () => {
        this.modeling.splitLane(element, count);
        this.contextPad.open(element, true);
      };
      if (element.height >= 120) entries['lane-divide-two'] = this._button('lane-divide', 'bpmn-icon-lane-divide-two', 'Bagi menjadi dua lajur', divide(2));
      if (element.height >= 180) entries['lane-divide-three'] = this._button('lane-divide', 'bpmn-icon-lane-divide-three', 'Bagi menjadi tiga lajur', divide(3));
    }
    return entries;
  }

  _attach(task) {
    this.sop.followTime(task);
    if (!timerOf(task)) this.sop.setTime(task, '1 hari kerja');
    this.contextPad.open(task, true);
  }

  _replace(event, target) {
    const { left, bottom } = this.contextPad.getPad(target).html.getBoundingClientRect();
    this.popupMenu.open(target, 'bpmn-replace', { x: left, y: bottom + 5, cursor: { x: event.x, y: event.y } }, { title: 'Ubah jenis', width: 'var(--alur-menu-lebar, 320px)' });
  }

  _removable(elements) {
    const allowed = this.rules.allowed('elements.delete', { elements });
    return Array.isArray(allowed) ? elements.every((element) => allowed.includes(element)) : allowed;
  }

  _button(group, className, title, click) {
    return { group, className, title, action: { click } };
  }
}

ContextPadProvider.$inject = [ 'contextPad', 'modeling', 'elementFactory', 'connect', 'create', 'popupMenu', 'rules', 'autoPlace', 'appendPreview', 'sop', 'canvas', 'eventBus' ];

export default {
  __depends__: [ AppendPreviewModule, AutoPlaceModule, DirectEditingModule, ContextPadModule, ConnectModule, CreateModule ],
  __init__: [ 'contextPadProvider' ],
  contextPadProvider: [ 'type', ContextPadProvider ],
};
