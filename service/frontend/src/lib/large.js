// Drawings far beyond what can be run still open, and in seconds: what takes time is left out or done once.
import { getFillColor, getStrokeColor } from 'bpmn-js/lib/draw/BpmnRenderUtil';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { createLine, updateLine } from 'diagram-js/lib/util/RenderUtil';
import { append, create } from 'tiny-svg';

const LARGE = 1000; // drawn elements: three times what can be run
const READABLE = 0.3; // scale from which on names are read: below it their letters are less than four pixels high
const LEAST = 80; // pixels: a space below that is not on screen now
const PLACES = /<(?:\w+:)?(?:Bounds|waypoint)\b[^>]*>/g;
const INK = '#22242a'; // as the library draws
const number = (tag, name) => {
  const found = new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(tag);
  return found ? Number(found[1]) : undefined;
};

/** Whether a diagram draws very many elements, and the box around them (null: none), read without opening it. */
function extent(xml) {
  const count = (xml.match(/\bbpmnElement="/g) ?? []).length;
  let [ left, top, right, bottom ] = [ Infinity, Infinity, -Infinity, -Infinity ];
  for (const [ tag ] of xml.matchAll(PLACES)) {
    const [ x, y, width = 0, height = 0 ] = [ 'x', 'y', 'width', 'height' ].map((name) => number(tag, name));
    if (![ x, y, width, height ].every(Number.isFinite)) continue;
    [ left, top, right, bottom ] = [ Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height) ];
  }
  return { large: count > LARGE, box: left < right ? { x: left, y: top, width: right - left, height: bottom - top } : null };
}

/**
 * Opens a diagram in a viewer or modeler, a large one in the quick way. `look(box)` shows the whole of a large one, before
 * there is anything to draw anew. Answers the warnings of the import, and the box of a large drawing, else null: to measure
 * such a drawing costs more than to count what its file says.
 */
export async function openDiagram(viewer, xml, look) {
  const { large, box } = extent(xml);
  const drawing = viewer.get('plainDrawing');
  drawing.on = large;
  if (large && box) look(box);
  const work = () => viewer.importXML(xml);
  const { warnings } = await (large ? drawing.apart(work) : work());
  return { warnings, box: large ? box : null };
}

/** The part of a drawing that shows a box as a whole in a space of this size, with room around it and some more below for
 *  bpmn.io's mark; never larger than it was drawn. Null where there is no space. */
export function whole({ width, height }, box, room = 0, below = 0) {
  if (width < LEAST || height < LEAST) return null;
  const scale = Math.min(1, width / (box.width + 2 * room), (height - below) / (box.height + 2 * room));
  const high = (height - below) / scale;
  return { scale, view: { x: box.x - (width / scale - box.width) / 2, y: box.y - (high - box.height) / 2, width: width / scale, height: height / scale } };
}

const ARROW = 'alur-panah';

/**
 * While `on`, what stands so far away that its name could not be read is drawn simply: no name, no sign of a task's kind,
 * one arrowhead for all flows, each figure a copy of the one before. Whoever comes near, or saves a picture, gets it in full.
 */
class PlainDrawing {
  constructor(bpmnRenderer, canvas, elementRegistry, eventBus, graphicsFactory, interactionEvents, textRenderer) {
    Object.assign(this, { on: false, _canvas: canvas, _registry: elementRegistry, _factory: graphicsFactory, _scale: 1, _wordless: false });
    this._simple = new Set(); // elements that are drawn simply
    this._models = new Map(); // the first figure of each look, which the next are copies of
    eventBus.on('canvas.viewbox.changed', ({ viewbox }) => this._looked(viewbox));
    eventBus.on('saveSVG.start', () => this._complete([ ...this._simple ]));
    eventBus.on([ 'shape.removed', 'connection.removed' ], ({ element }) => this._simple.delete(element));
    this._instead(textRenderer, 'createText', (full, text, options) => (this._wordless ? create('g') : full(text, options)));
    this._instead(bpmnRenderer, 'drawShape', (full, parent, element, attrs) => this._simply(full, parent, element, attrs, this._task));
    this._instead(bpmnRenderer, 'drawConnection', (full, parent, element, attrs) => this._simply(full, parent, element, attrs, this._flow));
    this._instead(graphicsFactory, '_createContainer', (full, ...given) => (this.on ? this._container(full, ...given) : full(...given)));
    this._instead(graphicsFactory, 'update', (full, ...given) => this._update(full, ...given));
    this._instead(interactionEvents, 'createBoxHit', (full, gfx, type, box) => this._hit(full, gfx, [ gfx, type, box ], `${type} ${Object.values(box)}`));
    this._instead(interactionEvents, 'createWaypointsHit', (full, gfx, waypoints) => this._hit(full, gfx, [ gfx, waypoints ], 'line', (made) => updateLine(made, waypoints)));
  }

  get _far() {
    return this.on && this._scale < READABLE;
  }

  _instead(owner, name, made) {
    const full = owner[name].bind(owner);
    owner[name] = (...given) => made(full, ...given);
  }

  /** A copy of what `make` made the first time. */
  _copy(look, make) {
    if (!this._models.has(look)) this._models.set(look, make().cloneNode(true));
    return this._models.get(look).cloneNode(true);
  }

  _simply(full, parent, element, attrs, known) {
    if (!this._far || this._completing || Object.keys(attrs ?? {}).length) return full(parent, element, attrs);
    this._simple.add(element);
    this._wordless = true;
    try {
      return known.call(this, full, parent, element) ?? full(parent, element, attrs);
    } finally {
      this._wordless = false;
    }
  }

  _task(full, parent, element) {
    const object = element.businessObject;
    if (!is(object, 'bpmn:Task') || object.loopCharacteristics || object.isForCompensation) return null;
    const look = [ 'task', element.width, element.height, getFillColor(element), getStrokeColor(element) ].join(' ');
    return append(parent, this._copy(look, () => {
      const aside = create('g');
      full(aside, element, {});
      return aside.firstElementChild;
    }));
  }

  _flow(full, parent, element) {
    const object = element.businessObject;
    const signed = object.conditionExpression || object.sourceRef?.default === object;
    if (element.type !== 'bpmn:SequenceFlow' || signed || getStrokeColor(element, INK) !== INK) return null;
    const made = this._copy('flow', () => {
      this._makeArrow();
      return createLine(element.waypoints, { fill: 'none', stroke: INK, strokeWidth: 2, markerEnd: `url(#${ARROW})` }, 5);
    });
    return append(parent, updateLine(made, element.waypoints));
  }

  _hit(full, gfx, given, look, place = (made) => made) {
    if (!this.on) return full(...given);
    return append(gfx, place(this._copy(look, () => full(create('g'), ...given.slice(1)))));
  }

  /** What the library does, without setting the same style on each: the browser then knows that they look alike. */
  _update(full, type, element, gfx) {
    if (!this._far || this._completing || element.hidden || !element.parent) return full(type, element, gfx);
    const visual = this._factory._clear(gfx);
    if (gfx.style.display !== 'block') gfx.style.display = 'block';
    if (type === 'connection') return this._factory.drawConnection(visual, element);
    this._factory.drawShape(visual, element);
    return gfx.setAttribute('transform', `translate(${element.x} ${element.y})`);
  }

  _container(full, type, children, index, isFrame) {
    if (isFrame) return full(type, children, index, isFrame);
    const outer = this._copy(`container ${type}`, () => {
      const made = full(type, create('g'));
      made.style.display = 'block';
      return made.parentNode;
    });
    children.insertBefore(outer, index === undefined ? null : children.childNodes[index] ?? children.firstChild);
    return outer.firstChild;
  }

  _makeArrow() {
    const svg = this._canvas._svg;
    const defs = svg.querySelector(':scope > defs') ?? svg.insertBefore(create('defs'), svg.firstChild); // a saved picture takes them along
    const arrow = append(defs, create('marker', { id: ARROW, viewBox: '0 0 20 20', refX: 11, refY: 10, markerWidth: 10, markerHeight: 10, orient: 'auto' }));
    append(arrow, create('path', { d: 'M 1 5 L 11 10 L 1 15 Z', fill: INK }));
  }

  _looked({ x, y, width, height, scale }) {
    this._scale = scale;
    if (!this._simple.size || this._far) return;
    const near = (one) => {
      const points = one.waypoints ?? [ one, { x: one.x + one.width, y: one.y + one.height } ];
      const [ xs, ys ] = [ points.map((point) => point.x), points.map((point) => point.y) ];
      return Math.max(...xs) > x && Math.min(...xs) < x + width && Math.max(...ys) > y && Math.min(...ys) < y + height;
    };
    this._complete([ ...this._simple ].filter(near));
  }

  _complete(elements) {
    this._completing = true;
    for (const element of elements) {
      this._simple.delete(element);
      const gfx = this._registry.getGraphics(element);
      if (gfx) this._factory.update(element.waypoints ? 'connection' : 'shape', element, gfx);
    }
    this._completing = false;
  }

  /** Runs `work` (an import) while nothing of the drawing is on the page: each element that joins it costs less. */
  async apart(work) {
    const { _svg: svg, _viewport: viewport } = this._canvas;
    const after = viewport.nextSibling;
    viewport.remove();
    try {
      return await work();
    } finally {
      svg.insertBefore(viewport, after);
      delete this._canvas._cachedViewbox; // what was measured apart is nothing
    }
  }
}

PlainDrawing.$inject = [ 'bpmnRenderer', 'canvas', 'elementRegistry', 'eventBus', 'graphicsFactory', 'interactionEvents', 'textRenderer' ];

export default { __init__: [ 'plainDrawing' ], plainDrawing: [ 'type', PlainDrawing ] };
