// bpmn-js, put together from its parts: all of its drawing, our own palette, menus, panel and words.
import BaseModeler from 'bpmn-js/lib/BaseModeler';
import Viewer from 'bpmn-js/lib/Viewer';
import KeepSelectionVisibleModule from 'diagram-js/lib/features/keep-selection-visible';
import KeyboardMoveModule from 'diagram-js/lib/navigation/keyboard-move';
import MoveCanvasModule from 'diagram-js/lib/navigation/movecanvas';
import ZoomScrollModule from 'diagram-js/lib/navigation/zoomscroll';
import AlignElementsModule from 'bpmn-js/lib/features/align-elements';
import AutoPlaceModule from 'bpmn-js/lib/features/auto-place';
import AutoResizeModule from 'bpmn-js/lib/features/auto-resize';
import AutoScrollModule from 'diagram-js/lib/features/auto-scroll';
import BendpointsModule from 'diagram-js/lib/features/bendpoints';
import ConnectModule from 'diagram-js/lib/features/connect';
import ConnectionPreviewModule from 'diagram-js/lib/features/connection-preview';
import CopyPasteModule from 'bpmn-js/lib/features/copy-paste';
import CreateModule from 'diagram-js/lib/features/create';
import DistributeElementsModule from 'bpmn-js/lib/features/distribute-elements';
import EditorActionsModule from 'bpmn-js/lib/features/editor-actions';
import GridSnappingModule from 'bpmn-js/lib/features/grid-snapping';
import InteractionEventsModule from 'bpmn-js/lib/features/interaction-events';
import KeyboardModule from 'bpmn-js/lib/features/keyboard';
import KeyboardMoveSelectionModule from 'diagram-js/lib/features/keyboard-move-selection';
import LabelEditingModule from 'bpmn-js/lib/features/label-editing';
import LabelLinkModule from 'bpmn-js/lib/features/label-link';
import ModelingModule from 'bpmn-js/lib/features/modeling';
import ModelingFeedbackModule from 'bpmn-js/lib/features/modeling-feedback';
import MoveModule from 'diagram-js/lib/features/move';
import OutlineModule from 'bpmn-js/lib/features/outline';
import ReplacePreviewModule from 'bpmn-js/lib/features/replace-preview';
import ResizeModule from 'diagram-js/lib/features/resize';
import SearchModule from 'bpmn-js/lib/features/search';
import SnappingModule from 'bpmn-js/lib/features/snapping';
import ColorPickerModule from 'bpmn-js-color-picker';
import MinimapModule from 'diagram-js-minimap';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import labelsModule from '../lib/labels.js';
import LargeModule from '../lib/large.js';
import BehaviourModule from './behaviour.js';
import ContextPadModule from './context-pad.js';
import FindingsModule from './findings.js';
import PaletteModule from './palette.js';
import PanelModule from './properties/panel.jsx';
import ReplaceMenuModule from './replace-menu.js';
import RoutingModule from './routing.js';
import sopDescriptor from './sop.moddle.json';
import translateModule from './translate.js';

export default class Modeler extends BaseModeler {
  constructor(options) {
    super({ ...options, moddleExtensions: { sop: sopDescriptor } });
  }
}

Modeler.prototype._modules = [
  ...Viewer.prototype._modules,
  KeepSelectionVisibleModule, KeyboardMoveModule, MoveCanvasModule, ZoomScrollModule,
  AlignElementsModule, AutoPlaceModule, AutoScrollModule, AutoResizeModule, BendpointsModule, ConnectModule, ConnectionPreviewModule,
  CopyPasteModule, CreateModule, DistributeElementsModule, EditorActionsModule, GridSnappingModule, InteractionEventsModule, KeyboardModule,
  KeyboardMoveSelectionModule, LabelEditingModule, LabelLinkModule, ModelingModule, ModelingFeedbackModule, MoveModule, OutlineModule,
  ReplacePreviewModule, ResizeModule, SearchModule, SnappingModule,
  ColorPickerModule, MinimapModule, TokenSimulationModule,
  labelsModule, BehaviourModule, ContextPadModule, FindingsModule, LargeModule, PaletteModule, PanelModule, ReplaceMenuModule, RoutingModule, translateModule,
];
