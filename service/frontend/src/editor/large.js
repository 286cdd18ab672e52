// Drawings far beyond what can be run still open, and in seconds: what takes time is left out or done once.
import { createLine } from 'diagram-js/lib/util/RenderUtil';
import { append, create } from 'tiny-svg';

const LARGE = 1000; // drawn elements: three times what can be run
const BOUNDS = /<(?:\w+:)?Bounds\b[^>]*>/g;
const INK = '#22242a'; // as the library draws
const number = (tag, name) => Number(new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(tag)?.[1]);

/** How many elements a diagram draws, and the box around its shapes (null: none), read without opening it. */
export function extent(xml) {
  const count = (xml.match(/\bbpmnElement="/g) ?? []).length;
  let [ left, top, right, bottom ] = [ Infinity, Infinity, -Infinity, -Infinity ];
  for (const [ tag ] of xml.matchAll(BOUNDS)) {
    const [ x, y, width, height ] = [ 'x', 'y', 'width', 'height' ].map((name) => number(tag, name));
    if (![ x, y, width, height ].every(Number.isFinite)) continue;
    [ left, top, right, bottom ] = [ Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height) ];
  }
  return { large: count > LARGE, box: left < right ? { x: left, y: top, width: right - left, height: bottom - top } : null };
}

const TASKS = [ 'UserTask', 'ServiceTask', 'ScriptTask', 'ManualTask', 'SendTask', 'ReceiveTask', 'BusinessRuleTask' ].map((type) => `bpmn:${type}`);
const ARROW = 'alur-panah';

/**
 * While `on`: tasks without the little sign of their kind, flows with one arrowhead for all instead of one each and without
 * the signs at their beginning. Nobody sees them where thousands fit on a screen.
 */
class PlainDrawing {
  constructor(bpmnRenderer, canvas) {
    this.on = false;
    const { handlers } = bpmnRenderer;
    const instead = (type, plain) => {
      const full = handlers[type];
      handlers[type] = (...given) => (this.on ? plain : full)(...given);
    };
    for (const type of TASKS) instead(type, handlers['bpmn:Task']);
    instead('bpmn:SequenceFlow', (parent, { waypoints }) => {
      this._arrow ??= this._makeArrow(canvas);
      return append(parent, createLine(waypoints, { fill: 'none', stroke: INK, strokeWidth: 2, markerEnd: `url(#${ARROW})` }, 5));
    });
  }

  _makeArrow(canvas) {
    const svg = canvas._svg;
    const defs = svg.querySelector(':scope > defs') ?? svg.insertBefore(create('defs'), svg.firstChild); // a saved picture takes them along
    const arrow = append(defs, create('marker', { id: ARROW, viewBox: '0 0 20 20', refX: 11, refY: 10, markerWidth: 10, markerHeight: 10, orient: 'auto' }));
    return append(arrow, create('path', { d: 'M 1 5 L 11 10 L 1 15 Z', fill: INK }));
  }
}

PlainDrawing.$inject = [ 'bpmnRenderer', 'canvas' ];

export default { __init__: [ 'plainDrawing' ], plainDrawing: [ 'type', PlainDrawing ] };
