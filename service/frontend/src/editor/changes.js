// What another person changed in the meantime, in words: for the one who saves second.
import { nameOf } from './names.js';

const GROUPS = [ [ '_added', 'ditambah' ], [ '_removed', 'dihapus' ], [ '_changed', 'diubah' ], [ '_layoutChanged', 'dipindah' ] ];
const SHOWN = 8;

/** `moddle` reads both; answers sentences such as “Memvalidasi…” diubah. */
export async function describeChanges(moddle, before, after) {
  const { diff } = await import('bpmn-js-differ');
  const [ old, now ] = await Promise.all([ moddle.fromXML(before), moddle.fromXML(after) ]);
  const result = diff(old.rootElement, now.rootElement);
  const lines = [], said = new Set();
  for (const [ group, word ] of GROUPS) {
    for (const change of Object.values(result[group])) {
      const object = change.model ?? change;
      if (!object.$instanceOf?.('bpmn:BaseElement') || said.has(object.id)) continue;
      said.add(object.id);
      lines.push(`${nameOf(object)} (${word})`);
    }
  }
  return lines.length > SHOWN ? [ ...lines.slice(0, SHOWN), `dan ${lines.length - SHOWN} lainnya` ] : lines;
}
