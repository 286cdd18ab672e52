// The diagram without tools: below 1280 pixels, and for those who may look but not draw.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { element } from '../lib/dom.js';
import labelsModule from '../lib/labels.js';
import largeModule, { openDiagram, whole } from '../lib/large.js';
import translateModule from './translate.js';

export class Reader {
  constructor(host, sentence) {
    this._words = element('p', { class: 'alur-editor-sempit', role: 'status' }, sentence);
    this._frame = element('div', { class: 'alur-editor-baca' });
    this.root = element('div', {}, this._words, this._frame);
    host.append(this.root);
    this._viewer = new NavigatedViewer({ container: this._frame, additionalModules: [ labelsModule, largeModule, translateModule ] });
    new ResizeObserver(() => this.fit()).observe(this._frame);
  }

  async open(xml) {
    this._open = false;
    ({ box: this._box } = await openDiagram(this._viewer, xml, (box) => this._look(box)));
    const svg = this._frame.querySelector('svg');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', 'Diagram proses');
    this._open = true;
    if (!this._box) this.fit();
  }

  fit() {
    const size = `${this._frame.clientWidth} ${this._frame.clientHeight}`;
    if (this._box && size === this._size) return; // an observer speaks up when it begins, too; each look at a large drawing is dear
    this._size = size;
    const canvas = this._viewer.get('canvas');
    canvas.resized();
    if (this._open) this._look(this._box ?? canvas.viewbox().inner);
  }

  _look(box) {
    const canvas = this._viewer.get('canvas');
    const found = whole(canvas.getSize(), box);
    if (found) canvas.viewbox(found.view);
    this._size = `${this._frame.clientWidth} ${this._frame.clientHeight}`;
  }
}
