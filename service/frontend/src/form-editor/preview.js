// The form as people will see it: the very viewer of the task page, with our fields and Indonesian notation.
import { Form } from '@bpmn-io/form-js-viewer';
import { libraryModules, ownModules } from '../form/modules.js';
import { prepare } from '../form/schema.js';
import { element } from '../lib/dom.js';
import { sample } from './sample.js';

const PAUSE = 400;

export class Preview {
  constructor(host, given = {}) {
    this._given = given;
    this._frame = element('div', { class: 'alur-pratinjau-formulir', 'data-form': 'pratinjau' });
    this._words = element('p', { class: 'alur-pratinjau-kabar', role: 'status', hidden: true });
    host.append(this._words, this._frame);
    this._form = new Form({ container: this._frame, debounce: false, modules: libraryModules, additionalModules: [ ownModules ], alur: { attachments: {} } });
    // Nothing is sent from here.
    this._frame.addEventListener('submit', (event) => event.preventDefault());
  }

  show(schema, delay = PAUSE) {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._draw(schema), delay);
  }

  async _draw(schema) {
    try {
      await this._form.importSchema(prepare(structuredClone(schema)), sample(schema, this._given));
      this._words.hidden = true;
    } catch (error) {
      this._words.textContent = `Pratinjau belum dapat ditampilkan: ${error.message}`;
      this._words.hidden = false;
    }
  }
}
