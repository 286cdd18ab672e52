// form-js' designer, with what the server honours: nothing is offered that it would refuse.
import { FormEditor } from '@bpmn-io/form-js-editor';

const REFUSED = [ 'iframe', 'documentPreview' ];
/** Entries of the panel whose keys the server refuses for every form, by their ids. */
const REFUSED_ENTRIES = new Set([ 'versionTag', 'disabled-expression' ]);

const OPEN = new Set([ 'general', 'condition', 'validation' ]);

class Offered {
  constructor(formFields) {
    for (const type of REFUSED) delete formFields._formFields[type];
  }
}

Offered.$inject = [ 'formFields' ];

class Trimmed {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider({
      getGroups: () => (groups) => groups.map((group) => (group.entries ? { ...group, shouldOpen: OPEN.has(group.id), entries: group.entries.filter(({ id }) => !REFUSED_ENTRIES.has(id)) } : group)).filter(({ entries, items }) => items || entries?.length),
    }, 100);
  }
}

Trimmed.$inject = [ 'propertiesPanel' ];

const module = { __init__: [ 'alurOffered', 'alurTrimmed' ], alurOffered: [ 'type', Offered ], alurTrimmed: [ 'type', Trimmed ] };

/** The designer in `container`; `changed` is told after each change. */
export class Designer {
  constructor(container, { changed, focused }) {
    this.editor = new FormEditor({ container, exporter: { name: 'alur', version: '1' }, additionalModules: [ module ] });
    this._container = container;
    this._marks = [];
    let opened = false;
    this.editor.on('commandStack.changed', () => {
      if (opened) changed();
    });
    this.editor.on('import.done', () => { opened = true; });
    this.editor.on('selection.changed', () => focused?.());
    // The designer draws itself anew after each change: the marks have to be put back.
    new MutationObserver(() => this._paint()).observe(container, { childList: true, subtree: true });
  }

  async open(schema) {
    await this.editor.importSchema(structuredClone(schema));
    this._root = Object.fromEntries(Object.entries(schema).filter(([ key ]) => key !== 'components'));
  }

  /** The form as it is now; what the designer does not know of the form itself is kept. */
  schema() {
    return { ...this._root, ...this.editor.saveSchema() };
  }

  /** A new title of the form. */
  rename(title) {
    this._root = { ...this._root, title };
    const root = this.editor.get('formFieldRegistry').getAll().find(({ type }) => type === 'default');
    if (root) root.title = title;
  }

  undo() { this._step('undo'); }

  redo() { this._step('redo'); }

  /** One step that can be seen: leaving a field unchanged counts as a step of its own for the library. */
  _step(action) {
    const before = JSON.stringify(this.editor.saveSchema());
    for (let tries = 0; tries < 5; tries += 1) {
      this.editor.get('editorActions').trigger(action);
      if (JSON.stringify(this.editor.saveSchema()) !== before) return;
    }
  }

  field(id) {
    return this.editor.get('formFieldRegistry').get(id);
  }

  /** Selects a component and brings it into view. */
  go(id) {
    const field = this.field(id);
    if (!field) return;
    this.editor.get('selection').set(field);
    this._container.querySelector(`.fjs-element[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'center' });
  }

  mark(findings) {
    this._findings = findings;
    this._paint();
  }

  _paint() {
    const wanted = new Map();
    for (const { element, severity } of this._findings ?? []) if (element && wanted.get(element) !== 'error') wanted.set(element, severity);
    for (const node of this._container.querySelectorAll('.fjs-element[data-id]')) {
      const kind = wanted.get(node.dataset.id);
      if (kind && node.dataset.temuan !== kind) node.dataset.temuan = kind;
      else if (!kind && node.dataset.temuan) delete node.dataset.temuan;
    }
  }
}
