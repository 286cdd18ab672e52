// The palette: tools, and only those elements that the server runs.
import CreateModule from 'diagram-js/lib/features/create';
import GlobalConnectModule from 'diagram-js/lib/features/global-connect';
import HandToolModule from 'diagram-js/lib/features/hand-tool';
import LassoToolModule from 'diagram-js/lib/features/lasso-tool';
import PaletteModule from 'diagram-js/lib/features/palette';
import SpaceToolModule from 'bpmn-js/lib/features/space-tool';
import { OFFERED } from './offered.js';

class PaletteProvider {
  constructor(palette, create, elementFactory, handTool, lassoTool, spaceTool, globalConnect) {
    Object.assign(this, { create, elementFactory, handTool, lassoTool, spaceTool, globalConnect });
    palette.registerProvider(this);
  }

  getPaletteEntries() {
    const tool = (icon, title, shortcut, click) => ({ group: 'tools', className: icon, title, shortcut, action: { click } });
    const make = (group, icon, title, shape) => {
      const start = (event) => this.create.start(event, shape());
      return { group, className: icon, title, action: { dragstart: start, click: start } };
    };
    const entries = {
      'hand-tool': tool('bpmn-icon-hand-tool', 'Geser kanvas', 'H', (event) => this.handTool.activateHand(event)),
      'lasso-tool': tool('bpmn-icon-lasso-tool', 'Pilih beberapa elemen', 'L', (event) => this.lassoTool.activateSelection(event)),
      'space-tool': tool('bpmn-icon-space-tool', 'Tambah atau kurangi ruang', 'S', (event) => this.spaceTool.activateSelection(event)),
      'global-connect-tool': tool('bpmn-icon-connection-multi', 'Hubungkan dua elemen', 'C', (event) => this.globalConnect.start(event)),
      'tool-separator': { group: 'tools', separator: true },
    };
    for (const [ key, { group, icon, palette, shape } ] of Object.entries(OFFERED)) {
      entries[`create.${key}`] = make(group, icon, palette, () => this.elementFactory.createShape({ ...shape }));
    }
    entries['create.participant'] = make('collaboration', 'bpmn-icon-participant', 'Buat kolam dengan lajur pelaksana', () => this.elementFactory.createParticipantShape());
    entries['create.annotation'] = make('collaboration', 'bpmn-icon-text-annotation', 'Buat catatan', () => this.elementFactory.createShape({ type: 'bpmn:TextAnnotation' }));
    return entries;
  }
}

PaletteProvider.$inject = [ 'palette', 'create', 'elementFactory', 'handTool', 'lassoTool', 'spaceTool', 'globalConnect' ];

export default {
  __depends__: [ PaletteModule, CreateModule, SpaceToolModule, LassoToolModule, HandToolModule, GlobalConnectModule ],
  __init__: [ 'paletteProvider' ],
  paletteProvider: [ 'type', PaletteProvider ],
};
