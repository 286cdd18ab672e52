// What the server knows and the drawing does not: forms with what they yield, roles, units.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { all, first } from './sop.js';

const EMPTY = { forms: [], roles: [], units: [] };

/** The answer of GET `acuan`, and questions that the panel asks it. */
export class Reference {
  constructor(url, ask) {
    this._url = url;
    this._ask = ask;
    this._data = EMPTY;
    this.onChange = () => {};
  }

  async load() {
    if (!this._url) return;
    const data = { ...EMPTY, ...await this._ask(this._url) };
    if (JSON.stringify(data) === JSON.stringify(this._data)) return;
    this._data = data;
    this.onChange();
  }

  get forms() { return this._data.forms; }

  get roles() { return this._data.roles; }

  get units() { return this._data.units; }

  form(id) {
    return this.forms.find((form) => form.id === id);
  }

  /** What a document holds: the outputs of the form that shows it. */
  documentFields(process, key) {
    const declared = all(process, 'sop:Document').find((one) => one.get('key') === key);
    return this.form(declared?.get('form'))?.outputs ?? [];
  }

  /**
   * What is known when a node is reached, nearest first: [{form, step, outputs}]. A step done by many units gives the
   * engine nothing, so its form is left out.
   */
  before(node, process) {
    const found = [], seen = new Set(), queue = [ getBusinessObject(node) ];
    while (queue.length) {
      const object = queue.shift();
      for (const flow of object.get('incoming') ?? []) {
        const source = flow.get('sourceRef');
        if (!source || seen.has(source)) continue;
        seen.add(source);
        queue.push(source);
        if (is(source, 'bpmn:UserTask') && !source.get('loopCharacteristics')) this._gives(found, first(source, 'sop:Form')?.get('ref'), source.get('name') || source.get('id'));
        else if (is(source, 'bpmn:StartEvent')) this._gives(found, first(process, 'sop:StartForm')?.get('form'), 'Formulir mulai');
      }
    }
    return found;
  }

  _gives(found, id, step) {
    const form = this.form(id);
    if (form && form.outputs.length) found.push({ form, step, outputs: form.outputs });
  }
}
