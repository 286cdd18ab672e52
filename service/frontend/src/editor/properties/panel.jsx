/** @jsxImportSource @bpmn-io/properties-panel/preact */
// The panel at the right: the library's entries and groups, our own header, and our own groups for each kind of element.
import { DebounceInputModule, PropertiesPanel } from '@bpmn-io/properties-panel';
import { render } from '@bpmn-io/properties-panel/preact';
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { isRedo, isUndo } from 'diagram-js/lib/features/keyboard/KeyboardUtil';
import { kindOf, nameOf } from '../names.js';
import { translate } from '../translate.js';
import { Services } from './common.jsx';
import { groupsFor } from './groups.jsx';

const HEADER = {
  getElementLabel: (element) => (nameOf(element) === kindOf(element) ? '' : nameOf(element)),
  getTypeLabel: kindOf,
  getElementIcon: () => null,
};
const PLACEHOLDER = {
  getEmpty: () => ({ text: 'Pilih elemen untuk melihat keterangannya.' }),
  getMultiple: () => ({ text: 'Beberapa elemen dipilih. Pilih satu untuk mengubah keterangannya.' }),
};
const CHANGES = [ 'selection.changed', 'elements.changed', 'import.done', 'alur.findings', 'alur.reference' ];

function chosen(injector) {
  const selected = injector.get('selection').get();
  const registry = injector.get('elementRegistry');
  const alive = selected.filter((one) => registry.get(one.id)).map((one) => one.labelTarget ?? one);
  if (alive.length > 1) return alive;
  return alive[0] ?? injector.get('canvas').getRootElement();
}

function Panel({ injector }) {
  const [ , setTurn ] = useState(0);
  const bus = injector.get('eventBus');
  useEffect(() => {
    const update = () => setTurn((turn) => turn + 1);
    bus.on(CHANGES, update);
    return () => bus.off(CHANGES, update);
  }, []);
  const element = chosen(injector);
  if (!element || element.isImplicit) return null;
  const groups = Array.isArray(element) ? [] : groupsFor(element, injector).map((group) => ({ ...group, translate }));
  return (
    <Services.Provider value={injector}>
      <PropertiesPanel element={element} headerProvider={HEADER} placeholderProvider={PLACEHOLDER} groups={groups} />
    </Services.Provider>
  );
}

class PropertiesRenderer {
  constructor(config, injector, eventBus, commandStack) {
    const parent = config?.parent;
    if (!parent) return;
    eventBus.on('import.done', () => render(<Panel injector={injector} />, parent));
    eventBus.on('diagram.destroy', () => render(null, parent));
    parent.addEventListener('keydown', (event) => {
      if (isUndo(event)) commandStack.undo();
      else if (isRedo(event)) commandStack.redo();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
}

PropertiesRenderer.$inject = [ 'config.properties', 'injector', 'eventBus', 'commandStack' ];

export default {
  __depends__: [ DebounceInputModule ],
  __init__: [ 'propertiesRenderer' ],
  propertiesRenderer: [ 'type', PropertiesRenderer ],
};
