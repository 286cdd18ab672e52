// What the FEEL fields of the form designer say: the linter, the suggestions, and CodeMirror's own words. Each sentence is
// replaced while it is bundled; the build fails over one that the dictionary lacks, or that is no longer said. The list of
// functions is our own: the library's is another engine's, in English.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const read = (...path) => JSON.parse(readFileSync(join(ROOT, 'src', 'form-editor', ...path), 'utf8'));

const TEXT = String.raw`(['"\x60])((?:(?!\1)[^\\]|\\.)*)\1`;
const after = (before) => new RegExp(`(?<=${before})${TEXT}`, 'g');
/** By file: where words stand. */
const SHAPES = [
  [ /@bpmn-io[\\/]feel-lint[\\/]dist[\\/]index\.js$/, [ after(String.raw`\bmessage(?:\.message)?\s*[:=]\s*`), after(String.raw`\bactions: \[\s*\{\s*name:\s*`) ] ],
  [ /@bpmn-io[\\/]feelers-lint[\\/]lib[\\/].*\.js$/, [ after(String.raw`\bmessage(?:\.message)?\s*[:=]\s*`) ] ],
  [ /@bpmn-io[\\/]lang-feel[\\/]dist[\\/]index\.js$/, [ after(String.raw`\bdetail:\s*`), after(String.raw`\bsnippetCompletion\$1\(`) ] ],
  [ /@codemirror[\\/]\w+[\\/]dist[\\/]index\.js$/, [ after(String.raw`\.phrase\((?:[\w.]+ \? (?:"[^"]*" : )?)?`) ] ],
];
/** Words that stand alone: what is there, and what has to be; a source names the linter to people. */
const EXACT = [
  [ /@bpmn-io[\\/]feel-lint[\\/]dist[\\/]index\.js$/, 'source: message.type', "source: 'FEEL'" ],
  [ /@bpmn-io[\\/]feelers-lint[\\/]lib[\\/]cmFeelersLinter\.js$/, "source: 'feelers linter'", "source: 'Teks'" ],
  [ /@codemirror[\\/]lint[\\/]dist[\\/]index\.js$/, '` Action: ${name}${keyIndex < 0 ? "" : ` (access key "${keys[i]})"`}.`', '`Tindakan: ${name}`' ],
];

/** The functions as the editor lists them. */
function functions() {
  const all = Object.entries(read('functions.json')).map(([ signature, info ]) => {
    const [ , name, params ] = /^([a-z ]+)\((.*)\)$/.exec(signature);
    return { name, type: 'function', info: `<p>${info}</p>`, params: params ? params.split(', ').map((one) => ({ name: one })) : [] };
  });
  return `export const camundaBuiltins = ${JSON.stringify(all)};`;
}

/** `dictionary`: English sentence → ours. */
export function feelWords(dictionary = read('i18n', 'feel.json')) {
  return {
    name: 'FEEL fields in Indonesian',
    setup(build) {
      const used = new Set();
      build.onStart(() => used.clear());
      build.onLoad({ filter: /@camunda[\\/]feel-builtins[\\/]dist[\\/]index\.js$/ }, () => ({ contents: functions(), loader: 'js' }));
      build.onLoad({ filter: new RegExp(SHAPES.map(([ filter ]) => filter.source).join('|')) }, ({ path }) => {
        const errors = [];
        let contents = readFileSync(path, 'utf8');
        for (const [ filter, from, to ] of EXACT) {
          if (!filter.test(path)) continue;
          if (contents.split(from).length !== 2) throw new Error(`${path} changed: ${from}`);
          contents = contents.replace(from, () => to);
        }
        for (const shape of SHAPES.filter(([ filter ]) => filter.test(path)).flatMap(([ , shapes ]) => shapes)) {
          contents = contents.replace(shape, (whole, quote, text) => {
            if (!(text in dictionary)) errors.push({ text: `feel.json: not translated: ${JSON.stringify(text)} of ${path.replace(/.*node_modules./, '')}` });
            used.add(text);
            return quote + (dictionary[text] ?? text) + quote;
          });
        }
        return { contents, loader: 'js', errors };
      });
      build.onEnd(({ errors }) => {
        if (errors.length) return {};
        const stale = Object.keys(dictionary).filter((text) => !used.has(text));
        return { errors: stale.map((text) => ({ text: `feel.json: nothing says ${JSON.stringify(text)} any more` })) };
      });
    },
  };
}
