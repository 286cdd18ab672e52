// What the server's publication check says, shown at the element: marks on the diagram and sentences for the panel.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { element as make } from '../lib/dom.js';
import { ownerOf } from './sop.js';

const OVERLAY = 'alur-temuan';
const WORDS = { error: 'Kesalahan', warning: 'Peringatan' };

export class Findings {
  constructor(canvas, elementRegistry, overlays, eventBus, selection) {
    Object.assign(this, { _canvas: canvas, _registry: elementRegistry, _overlays: overlays, _bus: eventBus, _selection: selection });
    this.all = [];
    this._marked = [];
    // An element that was replaced or pasted over keeps no mark of its predecessor.
    eventBus.on('import.done', () => this.show(this.all));
    eventBus.on('tokenSimulation.toggleMode', ({ active }) => (active ? this._clear() : this._paint()));
  }

  /** `findings`: [{code, severity, element, message}]. */
  show(findings) {
    this.all = findings;
    this._clear();
    this._paint();
    this._bus.fire('alur.findings', { findings });
  }

  count(severity) {
    return this.all.filter((finding) => finding.severity === severity).length;
  }

  /** The findings about a drawn element; the page and the pool answer for the process. */
  of(element) {
    const ids = new Set([ element.id, ownerOf(element).id, element.labelTarget?.id ]);
    return this.all.filter((finding) => ids.has(finding.element) || (!finding.element && element === this._canvas.getRootElement()));
  }

  /** The drawn element that a finding points at; the page for what concerns the process as a whole. */
  place(finding) {
    const root = this._canvas.getRootElement();
    return this._registry.get(finding.element) ?? this._registry.filter((one) => one !== root && ownerOf(one).id === finding.element)[0] ?? root;
  }

  /** Selects the element of a finding and brings it into view. */
  go(finding) {
    const target = this.place(finding);
    const root = this._canvas.getRootElement();
    this._selection.select(target === root ? [] : target);
    if (target !== root) this._canvas.scrollToElement(target, 120);
    this._bus.fire('alur.findings.went', { finding, element: target });
  }

  _paint() {
    const byElement = new Map();
    for (const finding of this.all) {
      const target = this.place(finding);
      if (target !== this._canvas.getRootElement()) byElement.set(target, [ ...(byElement.get(target) ?? []), finding ]);
    }
    for (const [ target, findings ] of byElement) {
      const kind = findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
      const marker = kind === 'error' ? 'alur-galat' : 'alur-peringatan';
      if (!is(target, 'bpmn:Participant')) {
        this._canvas.addMarker(target, marker);
        this._marked.push([ target, marker ]);
      }
      const title = findings.map(({ severity, message }) => `${WORDS[severity]}: ${message}`).join('\n');
      const badge = make('button', { type: 'button', class: `alur-tanda alur-tanda-${kind}`, title, 'aria-label': title, tabindex: '-1', onclick: () => this.go(findings[0]) }, findings.length > 1 ? String(findings.length) : '!');
      this._overlays.add(target, OVERLAY, { position: place(target), html: badge });
    }
  }

  _clear() {
    for (const [ target, marker ] of this._marked) if (this._registry.get(target.id)) this._canvas.removeMarker(target, marker);
    this._marked = [];
    this._overlays.remove({ type: OVERLAY });
  }
}

/** Where the badge sits: at the corner of a shape, at the middle of a flow, inside a lane's head. */
function place(target) {
  if (!target.waypoints) return target.width > 400 ? { top: 4, left: 4 } : { top: -10, left: -10 };
  const middle = target.waypoints[Math.floor((target.waypoints.length - 1) / 2)];
  const next = target.waypoints[Math.floor((target.waypoints.length - 1) / 2) + 1];
  const left = Math.min(...target.waypoints.map(({ x }) => x));
  const top = Math.min(...target.waypoints.map(({ y }) => y));
  return { left: (middle.x + next.x) / 2 - left - 10, top: (middle.y + next.y) / 2 - top - 10 };
}

Findings.$inject = [ 'canvas', 'elementRegistry', 'overlays', 'eventBus', 'selection' ];

export default { __init__: [ 'findings' ], findings: [ 'type', Findings ] };
