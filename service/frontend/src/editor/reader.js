// The diagram without tools: below 1280 pixels, and for those who may look but not draw.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { element } from '../lib/dom.js';
import labelsModule from '../lib/labels.js';
import translateModule from './translate.js';

export class Reader {
  constructor(host, sentence) {
    this._words = element('p', { class: 'alur-editor-sempit', role: 'status' }, sentence);
    this._frame = element('div', { class: 'alur-editor-baca' });
    this.root = element('div', {}, this._words, this._frame);
    host.append(this.root);
    this._viewer = new NavigatedViewer({ container: this._frame, additionalModules: [ labelsModule, translateModule ] });
    new ResizeObserver(() => this.fit()).observe(this._frame);
  }

  async open(xml) {
    await this._viewer.importXML(xml);
    const svg = this._frame.querySelector('svg');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', 'Diagram proses');
    this._open = true;
    this.fit();
  }

  fit() {
    const canvas = this._viewer.get('canvas');
    canvas.resized();
    if (this._open && this._frame.clientWidth) canvas.zoom('fit-viewport', 'auto');
  }
}
