// Drawings far beyond what can be run still open, and in seconds: what takes time is left out or done once.

const LARGE = 1000; // drawn elements: three times what can be run
const BOUNDS = /<(?:\w+:)?Bounds\b[^>]*>/g;
const number = (tag, name) => Number(new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(tag)?.[1]);

/** How many elements a diagram draws, and the box around its shapes (null: none), read without opening it. */
export function extent(xml) {
  const count = (xml.match(/\bbpmnElement="/g) ?? []).length;
  let [ left, top, right, bottom ] = [ Infinity, Infinity, -Infinity, -Infinity ];
  for (const [ tag ] of xml.matchAll(BOUNDS)) {
    const [ x, y, width, height ] = [ 'x', 'y', 'width', 'height' ].map((name) => number(tag, name));
    if (![ x, y, width, height ].every(Number.isFinite)) continue;
    [ left, top, right, bottom ] = [ Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height) ];
  }
  return { large: count > LARGE, box: left < right ? { x: left, y: top, width: right - left, height: bottom - top } : null };
}

/** Tasks without the little sign of their kind, while `plain` is set: nobody sees it where thousands fit on a screen. */
class PlainTasks {
  constructor(bpmnRenderer) {
    this.plain = false;
    const { handlers } = bpmnRenderer;
    for (const type of [ 'bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:ScriptTask', 'bpmn:ManualTask', 'bpmn:SendTask', 'bpmn:ReceiveTask', 'bpmn:BusinessRuleTask' ]) {
      const signed = handlers[type];
      handlers[type] = (...given) => (this.plain ? handlers['bpmn:Task'] : signed)(...given);
    }
  }
}

PlainTasks.$inject = [ 'bpmnRenderer' ];

export default { __init__: [ 'plainTasks' ], plainTasks: [ 'type', PlainTasks ] };
