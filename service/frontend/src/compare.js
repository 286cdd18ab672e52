// Two versions of a diagram side by side: [data-compare]. What was added, removed, changed or moved is marked in both,
// listed in words, and found from the list; both pictures move together.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { diff } from 'bpmn-js-differ';
import dictionary from './i18n/diagram.json';
import { nameOf } from './editor/names.js';
import sopDescriptor from './editor/sop.moddle.json';
import { element } from './lib/dom.js';
import labelsModule from './lib/labels.js';
import largeModule, { openDiagram, whole } from './lib/large.js';

const translate = (template, values = {}) => (dictionary[template] ?? template).replace(/{([^}]+)}/g, (whole, key) => values[key] ?? whole);

const KINDS = [
  [ '_added', 'ditambah', 'Ditambah', [ 1 ] ], [ '_removed', 'dihapus', 'Dihapus', [ 0 ] ],
  [ '_changed', 'diubah', 'Diubah', [ 0, 1 ] ], [ '_layoutChanged', 'dipindah', 'Dipindah atau diubah ukurannya', [ 0, 1 ] ],
];

async function text(url) {
  const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/xml, text/xml' } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

function side(host, title) {
  const frame = element('div', { class: 'beda-bingkai', tabindex: '0', role: 'group', 'aria-label': `Diagram ${title}; tambah, kurang, dan 0 mengubah ukuran, panah menggeser` });
  host.append(element('figure', { class: 'beda-sisi' }, element('figcaption', {}, title), frame));
  const viewer = new NavigatedViewer({ container: frame, moddleExtensions: { sop: sopDescriptor }, additionalModules: [ labelsModule, largeModule, { translate: [ 'value', translate ] } ] });
  frame.addEventListener('wheel', (event) => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true });
  return { frame, viewer };
}

/** The whole diagram; `box`: of a large one, null for others. */
function fit(canvas, box) {
  const all = whole(canvas.getSize(), box ?? canvas.viewbox().inner);
  if (all) canvas.viewbox(all.view);
}

/** Both show the same part; whichever is moved leads. */
function together(viewers) {
  let leading = false;
  viewers.forEach((viewer, index) => viewer.on('canvas.viewbox.changed', ({ viewbox: { x, y, width, height } }) => {
    if (leading) return;
    leading = true;
    viewers[1 - index].get('canvas').viewbox({ x, y, width, height });
    leading = false;
  }));
}

function keys(frame, canvas, box) {
  frame.addEventListener('keydown', (event) => {
    const moves = { ArrowLeft: [ 80, 0 ], ArrowRight: [ -80, 0 ], ArrowUp: [ 0, 80 ], ArrowDown: [ 0, -80 ] };
    if (event.target !== frame) return;
    if (moves[event.key]) canvas.scroll({ dx: moves[event.key][0], dy: moves[event.key][1] });
    else if (event.key === '+' || event.key === '=') canvas.zoom(Math.min(4, canvas.zoom() * 1.25));
    else if (event.key === '-') canvas.zoom(Math.max(0.2, canvas.zoom() / 1.25));
    else if (event.key === '0') fit(canvas, box);
    else return;
    event.preventDefault();
  });
}

/** What stands at something else is called together with it: “1 hari” alone could be any timer, “Ya” any flow. */
function called(object) {
  const name = nameOf(object);
  if (object.$instanceOf('bpmn:BoundaryEvent') && object.attachedToRef) return `Pengatur waktu “${name}”: ${nameOf(object.attachedToRef)}`;
  if (object.$instanceOf('bpmn:SequenceFlow') && object.name) return `“${name}”: ${nameOf(object.sourceRef)} → ${nameOf(object.targetRef)}`;
  return name;
}

/** The differences of drawn elements, each once: [{id, kind, label, name, sides, follows}]; `follows`: a timer that was
 *  only moved along with its step. */
function differences(definitions) {
  const found = [], said = new Set();
  const result = diff(...definitions);
  for (const [ group, kind, label, sides ] of KINDS) {
    for (const [ id, change ] of Object.entries(result[group])) {
      const object = change.model ?? change;
      if (said.has(id) || !object.$instanceOf?.('bpmn:BaseElement')) continue;
      said.add(id);
      found.push({ id, kind, label, name: called(object), sides, follows: kind === 'dipindah' && Boolean(object.attachedToRef) && object.attachedToRef.id in result[group] });
    }
  }
  return found;
}

function mark(viewers, change) {
  let drawn = false;
  for (const index of change.sides) {
    if (!viewers[index].get('elementRegistry').get(change.id)) continue;
    viewers[index].get('canvas').addMarker(change.id, `beda-${change.kind}`);
    drawn = true;
  }
  return drawn;
}

function show(viewers, change) {
  const index = change.sides.at(-1);
  const target = viewers[index].get('elementRegistry').get(change.id);
  if (!target) return;
  viewers[index].get('canvas').scrollToElement(target, 120);
  for (const one of change.sides) viewers[one].get('selection')?.select?.(viewers[one].get('elementRegistry').get(change.id) ?? []);
}

function list(host, viewers, changes) {
  const counts = KINDS.map(([ , kind, label ]) => [ kind, label, changes.filter((one) => one.kind === kind && !one.follows) ]).filter(([ , , found ]) => found.length);
  if (!counts.length) {
    host.append(element('p', { class: 'beda-sama' }, 'Kedua diagram sama.'));
    return;
  }
  const groups = counts.map(([ kind, label, found ]) => element('li', {},
    element('h3', { class: 'beda-judul' }, element('span', { class: `beda-contoh beda-contoh-${kind}`, 'aria-hidden': 'true' }), `${label} (${found.length})`),
    element('ul', {}, ...found.map((one) => element('li', {}, one.drawn
      ? element('button', { type: 'button', class: 'beda-tuju', onclick: () => show(viewers, one) }, one.name)
      : one.name)))));
  host.append(element('ul', { class: 'beda-daftar' }, ...groups));
}

async function mount(host) {
  const { compareFrom, compareTo, titleFrom, titleTo } = host.dataset;
  const sources = await Promise.all([ text(compareFrom), text(compareTo) ]);
  const pair = element('div', { class: 'beda-pasangan' });
  host.append(pair);
  const sides = [ side(pair, titleFrom), side(pair, titleTo) ];
  const viewers = sides.map(({ viewer }) => viewer);
  const boxes = [];
  for (const [ index, viewer ] of viewers.entries()) {
    const { box } = await openDiagram(viewer, sources[index], (all) => fit(viewer.get('canvas'), all));
    boxes.push(box);
  }
  viewers.forEach((viewer, index) => {
    const svg = sides[index].frame.querySelector('svg');
    svg?.setAttribute('role', 'img');
    svg?.setAttribute('aria-label', `Diagram ${index ? titleTo : titleFrom}`);
    keys(sides[index].frame, viewer.get('canvas'), boxes[index]);
  });
  if (!boxes[1]) fit(viewers[1].get('canvas'));
  together(viewers);
  const { x, y, width, height } = viewers[1].get('canvas').viewbox();
  viewers[0].get('canvas').viewbox({ x, y, width, height });
  const changes = differences(viewers.map((viewer) => viewer.getDefinitions()));
  for (const change of changes) change.drawn = mark(viewers, change);
  list(host, viewers, changes);
  host.dataset.changes = String(changes.length);
  host.dataset.ready = 'true';
}

for (const host of document.querySelectorAll('[data-compare]')) {
  mount(host).catch((error) => {
    host.dataset.ready = 'error';
    host.append(element('p', { class: 'beda-galat', role: 'alert' }, 'Salah satu diagram belum dapat digambar, sehingga gambarnya tidak dapat dibandingkan. Perbedaan teks dan formulir ada di bawah.'));
    console.error(error);
  });
}
