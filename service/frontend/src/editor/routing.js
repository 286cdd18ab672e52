// Flows that go back: the library draws them straight through whatever stands between. These go around it.
import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';
import { is } from 'bpmn-js/lib/util/ModelUtil';

const LOW = 200; // after the library's own layout
const GAP = 22; // between a line and the shapes that it passes
const BEND = 40; // what a bend costs, in pixels of way
const SHARED = 600; // what it costs to leave or arrive where another flow does
const CROSSING = 100_000;

const mid = (shape) => ({ x: Math.round(shape.x + shape.width / 2), y: Math.round(shape.y + shape.height / 2) });

/** Whether a straight horizontal or vertical piece touches a box grown by `gap`. */
function hits(a, b, box, gap) {
  const [ left, right ] = [ Math.min(a.x, b.x), Math.max(a.x, b.x) ];
  const [ top, bottom ] = [ Math.min(a.y, b.y), Math.max(a.y, b.y) ];
  return right > box.x - gap && left < box.x + box.width + gap && bottom > box.y - gap && top < box.y + box.height + gap;
}

function crossings(points, boxes, gap = 0) {
  let count = 0;
  for (let i = 1; i < points.length; i += 1) for (const box of boxes) if (hits(points[i - 1], points[i], box, gap)) count += 1;
  return count;
}

function length(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += Math.abs(points[i].x - points[i - 1].x) + Math.abs(points[i].y - points[i - 1].y);
  return sum;
}

/** Without points in the middle of a straight piece. */
function straighten(points) {
  return points.filter((point, i) => {
    const [ before, after ] = [ points[i - 1], points[i + 1] ];
    return !before || !after || !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y));
  });
}

/** The cheapest way from shape to shape that leaves and arrives at the middle of a side, along one horizontal corridor. */
export function around(source, target, boxes, taken = []) {
  const [ from, to ] = [ mid(source), mid(target) ];
  const used = (point) => taken.some((one) => Math.abs(one.x - point.x) < 6 && Math.abs(one.y - point.y) < 6);
  const all = [ ...boxes, source, target ];
  const corridors = new Set();
  for (const box of all) {
    corridors.add(box.y - GAP);
    corridors.add(box.y + box.height + GAP);
  }
  let best = null;
  for (const y of corridors) {
    const leaves = { x: from.x, y: y < from.y ? source.y : source.y + source.height };
    const above = y < to.y;
    const ends = [ [ { x: to.x, y }, { x: to.x, y: above ? target.y : target.y + target.height } ], [ { x: target.x - GAP, y }, { x: target.x - GAP, y: to.y }, { x: target.x, y: to.y } ] ];
    for (const end of ends) {
      const points = straighten([ leaves, { x: from.x, y }, ...end ]);
      const blocked = crossings(points, boxes, 4) + (y > source.y && y < source.y + source.height ? 1 : 0);
      const shared = [ points[0], points.at(-1) ].filter(used).length;
      const cost = blocked * CROSSING + shared * SHARED + length(points) + points.length * BEND;
      if (!best || cost < best.cost) best = { points, cost };
    }
  }
  return best && best.cost < CROSSING ? best.points : null;
}

class Routing extends CommandInterceptor {
  constructor(eventBus, modeling, elementRegistry) {
    super(eventBus);
    this.postExecuted([ 'connection.create', 'connection.reconnect', 'connection.layout' ], LOW, ({ context }) => {
      const { connection } = context;
      if (!is(connection, 'bpmn:SequenceFlow') || !connection.source || !connection.target || connection.source === connection.target) return;
      const ends = new Set([ connection.source, connection.target, ...connection.source.attachers ?? [], ...connection.target.attachers ?? [] ]);
      const boxes = elementRegistry.filter((one) => is(one, 'bpmn:FlowNode') && !one.labelTarget && !one.waypoints && !ends.has(one));
      if (!crossings(connection.waypoints, boxes) && !crossings(connection.waypoints.slice(1, -1), [ connection.source, connection.target ])) return;
      const taken = [ connection.source, connection.target ].flatMap((one) => [ ...one.incoming, ...one.outgoing ]).filter((one) => one !== connection).flatMap(({ waypoints }) => [ waypoints[0], waypoints.at(-1) ]);
      const points = around(connection.source, connection.target, boxes, taken);
      if (points) modeling.updateWaypoints(connection, points);
    });
  }
}

Routing.$inject = [ 'eventBus', 'modeling', 'elementRegistry' ];

export default { __init__: [ 'alurRouting' ], alurRouting: [ 'type', Routing ] };
