// The instance page's diagram: [data-bpmn-viewer], with tokens, the path passed, and lateness.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import dictionary from './i18n/diagram.json';
import { element } from './lib/dom.js';
import labelsModule from './lib/labels.js';
import largeModule, { openDiagram, whole } from './lib/large.js';

const translate = (template, values = {}) => (dictionary[template] ?? template).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);

const STEP = 1.25;
const MOVE = 80; // pixels for an arrow key

async function get(url, as) {
  const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', headers: { Accept: as === 'json' ? 'application/json' : 'application/xml, text/xml' } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return as === 'json' ? response.json() : response.text();
}

/** What stands on each element, as sentences: for those who hear the page, and as the diagram's title texts. */
function sentences(registry, state) {
  return state.tokens.map((token) => {
    const name = registry.get(token.id)?.businessObject.name || token.id;
    const count = token.count > 1 ? ` (${token.count} tugas terbuka)` : '';
    return `${name}${count}${token.late ? ', terlambat' : ''}${token.title ? `: ${token.title}` : ''}`;
  });
}

function paint(viewer, state, painted) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  const mark = JSON.stringify(state);
  if (painted.mark === mark) return false;
  for (const [ id, marker ] of painted.markers) if (registry.get(id)) canvas.removeMarker(id, marker);
  overlays.remove({ type: 'alur-token' });
  painted.markers = [];
  painted.mark = mark;
  const put = (id, marker) => {
    if (!registry.get(id)) return;
    canvas.addMarker(id, marker);
    painted.markers.push([ id, marker ]);
  };
  for (const id of state.visited ?? []) put(id, 'alur-lewat');
  for (const token of state.tokens ?? []) {
    if (!registry.get(token.id)) continue;
    put(token.id, token.late ? 'alur-terlambat' : 'alur-aktif');
    const badge = element('div', { class: `alur-token${token.late ? ' alur-token-terlambat' : ''}`, title: token.title || undefined, 'aria-hidden': 'true' }, String(token.count));
    overlays.add(token.id, 'alur-token', { position: { top: -13, left: -13 }, html: badge });
  }
  return true;
}

function controls(viewer, host, box) {
  const canvas = viewer.get('canvas');
  const zoom = (factor) => canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)));
  const fit = () => fitAll(canvas, box ?? canvas.viewbox().inner);
  const button = (label, text, act) => element('button', { type: 'button', class: 'btn btn-icon alur-zum', 'aria-label': label, title: label, onclick: act }, text);
  host.prepend(element('div', { class: 'alur-diagram-alat', role: 'group', 'aria-label': 'Ukuran diagram' },
    button('Perbesar diagram', '+', () => zoom(STEP)), button('Perkecil diagram', '−', () => zoom(1 / STEP)), button('Tampilkan seluruh diagram', '⤢', fit)));
  host.addEventListener('keydown', (event) => {
    if (event.target !== host) return;
    const moves = { ArrowLeft: [ MOVE, 0 ], ArrowRight: [ -MOVE, 0 ], ArrowUp: [ 0, MOVE ], ArrowDown: [ 0, -MOVE ] };
    if (moves[event.key]) canvas.scroll({ dx: moves[event.key][0], dy: moves[event.key][1] });
    else if (event.key === '+' || event.key === '=') zoom(STEP);
    else if (event.key === '-') zoom(1 / STEP);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  });
  // The wheel scrolls the page; with Ctrl it zooms the diagram, as in maps.
  host.addEventListener('wheel', (event) => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true });
}

/** A finger moves the diagram sideways; up and down it scrolls the page (`touch-action` in viewer.css). */
function touch(viewer, frame) {
  const canvas = viewer.get('canvas');
  let last = null;
  frame.addEventListener('pointerdown', (event) => { if (event.pointerType === 'touch') last = event; });
  frame.addEventListener('pointermove', (event) => {
    if (!last || event.pointerId !== last.pointerId) return;
    canvas.scroll({ dx: event.clientX - last.clientX, dy: event.clientY - last.clientY });
    last = event;
  });
  for (const end of [ 'pointerup', 'pointercancel' ]) frame.addEventListener(end, () => { last = null; });
}

const READABLE = 0.45;
const ROOM = 12; // around a whole diagram
const MARK = 36; // below it, for bpmn.io's mark

/** The whole diagram; where its words would be too small to read, the part where the work stands. `box`: of a large one. */
function open(viewer, state, box) {
  const canvas = viewer.get('canvas');
  const inner = box ?? canvas.viewbox().inner;
  const size = canvas.getSize();
  const all = whole(size, inner, ROOM, MARK);
  if (!all) return;
  if (all.scale >= READABLE) {
    canvas.viewbox(all.view);
    return;
  }
  const shape = (state.tokens ?? []).map((token) => viewer.get('elementRegistry').get(token.id)).find(Boolean);
  const wanted = 0.6;
  const [ width, height ] = [ size.width / wanted, size.height / wanted ];
  const centre = shape ? [ shape.x + shape.width / 2, shape.y + shape.height / 2 ] : [ inner.x + width / 2 - ROOM, inner.y + inner.height / 2 ];
  canvas.viewbox({ x: centre[0] - width / 2, y: centre[1] - height / 2, width, height });
}

function fitAll(canvas, box) {
  const all = whole(canvas.getSize(), box, ROOM, MARK);
  if (all) canvas.viewbox(all.view);
}

/**
 * Events beside the diagram: [data-show-element] centres its element and marks it; with [data-choose], an address with
 * `__langkah__` in it, choosing a step on the diagram goes there. Keyboards have the same in the list beside it.
 */
function linked(viewer, host) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  let marked = null;
  const mark = (id) => {
    if (marked && registry.get(marked)) canvas.removeMarker(marked, 'alur-tunjuk');
    marked = registry.get(id) ? id : null;
    if (marked) canvas.addMarker(marked, 'alur-tunjuk');
    host.dataset.marked = marked ?? '';
    return marked;
  };
  if (host.dataset.mark) mark(host.dataset.mark);
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-show-element]');
    if (!button || !mark(button.dataset.showElement)) return;
    const shape = registry.get(marked);
    const { outer } = canvas.viewbox();
    const scale = Math.max(canvas.zoom(), 0.7);
    const [ width, height ] = [ outer.width / scale, outer.height / scale ];
    const [ x, y ] = shape.waypoints
      ? [ shape.waypoints[0].x, shape.waypoints[0].y ]
      : [ shape.x + shape.width / 2, shape.y + shape.height / 2 ];
    canvas.viewbox({ x: x - width / 2, y: y - height / 2, width, height });
    host.scrollIntoView({ block: 'center' });
    host.focus({ preventScroll: true });
  });
  if (!host.dataset.choose) return;
  viewer.on('element.click', ({ element: shape }) => {
    if (shape.type === 'label' || !/Task|Event|Gateway/.test(shape.type)) return;
    location.assign(`${host.dataset.choose.replace('__langkah__', encodeURIComponent(shape.id))}#peristiwa`);
  });
}

async function mount(host) {
  const frame = element('div', { class: 'alur-diagram-bingkai' });
  const told = element('p', { class: 'visually-hidden', role: 'status' });
  host.append(frame);
  host.after(told);
  host.setAttribute('tabindex', '0');
  host.setAttribute('role', 'group');
  if (!host.hasAttribute('aria-label') && !host.hasAttribute('aria-labelledby')) host.setAttribute('aria-label', 'Diagram proses; panah menggeser, tambah dan kurang mengubah ukuran');
  const viewer = new NavigatedViewer({ container: frame, additionalModules: [ labelsModule, largeModule, { translate: [ 'value', translate ] } ] });
  const state = () => (host.dataset.state ? get(host.dataset.state, 'json') : Promise.resolve({ tokens: [], visited: [] }));
  const [ xml, first ] = await Promise.all([ get(host.dataset.xml, 'xml'), state() ]);
  const { box } = await openDiagram(viewer, xml, (all) => fitAll(viewer.get('canvas'), all));
  const painted = { mark: null, markers: [] };
  const show = (now) => {
    if (!paint(viewer, now, painted)) return;
    const words = sentences(viewer.get('elementRegistry'), now);
    told.textContent = words.length ? `Sedang berjalan: ${words.join('; ')}.` : '';
  };
  const svg = frame.querySelector('svg');
  svg?.setAttribute('role', 'img');
  svg?.setAttribute('aria-label', 'Diagram proses');
  open(viewer, first, box);
  show(first);
  controls(viewer, host, box);
  touch(viewer, frame);
  linked(viewer, host);
  host.dataset.ready = 'true';

  let width = frame.clientWidth;
  new ResizeObserver(() => {
    viewer.get('canvas').resized();
    if (Math.abs(frame.clientWidth - width) > 40) {
      width = frame.clientWidth;
      open(viewer, JSON.parse(painted.mark), box);
    }
  }).observe(frame);
  const every = Number(host.dataset.refresh);
  if (every > 0 && host.dataset.state) {
    setInterval(async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        show(await state());
      } catch {
        host.dataset.stale = 'true'; // the next turn tries again; the page keeps what it last knew
      }
    }, every * 1000);
  }
}

for (const host of document.querySelectorAll('[data-bpmn-viewer]')) {
  mount(host).catch((error) => {
    host.dataset.ready = 'error';
    host.append(element('p', { class: 'alur-diagram-galat', role: 'alert' }, 'Diagram tidak dapat ditampilkan. Muat ulang halaman.'));
    console.error(error);
  });
}
