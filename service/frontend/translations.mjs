// Every word of the drawing libraries that a screen of ours can show is Indonesian, or the build fails.
// Most libraries pass their sentences through a `translate` service: those are collected here and looked up in a
// dictionary. The others write English into their markup: those literals are replaced while they are bundled.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const json = (...path) => JSON.parse(readFileSync(join(ROOT, 'src', ...path), 'utf8'));

/** A finder of sentences: what `pattern` captures, through `expand` when one text stands for several. */
const SENTENCES = [
  [ /\b_?translate\(\s*'((?:[^'\\]|\\.)+)'\s*[,)]/g ],
  [ /\b_?translate\(\s*`([^`]+)`/g, (text) => (text.includes("? 's' : ''") ? [ '', 's' ].map((end) => text.replace(/\$\{[^}]*\}/, end)) : [ text ]) ],
  [ /\b[A-Z_]+_MSG = '([^']+)'/g ],
];
const IN_FILE = [
  [ /ColorPopupProvider\.js$/, /label: '([^']+)'/g ],
  [ /AlignElementsMenuProvider\.js$/, /^\s+'(left|center|right|top|middle|bottom)',?$/gm, (side) => [ `Align elements ${side}` ] ],
];
// In comments, in drawing commands (`translate(10, 5)` of SVG), and on an entry that we do not use.
const EXAMPLES = new Set([ 'HELLO {you}', ' + shift + ', "Click to ${active ? 'remove' : 'set a'} dynamic value with FEEL expression" ]);

export function sentences(path, source) {
  const found = new Set();
  const collect = (pattern, expand = (text) => [ text ]) => {
    for (const [ , text ] of source.matchAll(pattern)) for (const one of expand(text)) if (!EXAMPLES.has(one) && /[A-Za-z<]/.test(one)) found.add(one);
  };
  for (const [ pattern, expand ] of SENTENCES) collect(pattern, expand);
  for (const [ file, pattern, expand ] of IN_FILE) if (file.test(path)) collect(pattern, expand);
  return found;
}

const THROUGH_TRANSLATE = /node_modules[\\/](?:(?:bpmn-js|diagram-js|diagram-js-direct-editing|bpmn-js-color-picker)[\\/]|diagram-js-minimap[\\/]dist[\\/]|@bpmn-io[\\/]properties-panel[\\/]dist[\\/]).*\.js$/;

/** Fails the build over a sentence that no dictionary has, or a dictionary entry that no library says any more. */
export function checkDictionary(dictionaries, own) {
  return {
    name: 'sentences in Indonesian',
    setup(build) {
      const used = new Map();
      build.onStart(() => used.clear());
      build.onLoad({ filter: THROUGH_TRANSLATE }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        for (const text of sentences(path, source)) used.set(text, path.replace(/.*node_modules./, ''));
        return { contents: translateLiterals(path, source), loader: 'js' };
      });
      build.onEnd(({ errors }) => {
        if (errors.length) return {};
        const known = new Set(dictionaries.flatMap((name) => Object.keys(json(...name))));
        const missing = [ ...used ].filter(([ text ]) => !known.has(text)).map(([ text, where ]) => ({ text: `not translated: ${JSON.stringify(text)} of ${where}` }));
        const stale = Object.keys(json(...own)).filter((text) => !used.has(text)).map((text) => ({ text: `${own.join('/')}: no library says ${JSON.stringify(text)}` }));
        return { errors: [ ...missing, ...stale ] };
      });
    },
  };
}

/** English inside the markup of the drawing library, by file: what stands there, and what has to. */
const LITERALS = [
  [ /diagram-js[\\/]lib[\\/]features[\\/]popup-menu[\\/]PopupMenuBreadcrumbs\.js$/, [ [ 'aria-label="Back"', 'aria-label="Kembali"' ] ] ],
  [ /diagram-js[\\/]lib[\\/]features[\\/]popup-menu[\\/]PopupMenuComponent\.js$/, [
    [ "title || 'Search'", "title || 'Cari'" ], [ '`Open entry documentation for ${ selectedEntry.label }`', '`Penjelasan tentang ${ selectedEntry.label }`' ], [ "'Open entry documentation'", "'Penjelasan'" ],
  ] ],
];

/**
 * The panel's own FEEL and JSON editors, a third of the whole script, are not used: with these calls marked as free of
 * effects, and the two services that only they need left unregistered, the bundler can see that and drops them.
 */
LITERALS.push([ /properties-panel[\\/]dist[\\/]index\.esm\.js$/, [
  [ '= forwardRef(', '= /* @__PURE__ */ forwardRef(' ], [ '= Annotation.define(', '= /* @__PURE__ */ Annotation.define(' ], [ '= jsonParseLinter(', '= /* @__PURE__ */ jsonParseLinter(' ],
  [ "\nPopup.$inject = ['eventBus', 'config.propertiesPanel'];", '' ], [ "\nPopupRenderer.$inject = ['eventBus'];", '' ],
] ]);

function translateLiterals(path, source) {
  let result = source;
  for (const [ file, edits ] of LITERALS) {
    if (!file.test(path)) continue;
    for (const [ from, to ] of edits) {
      if (!result.includes(from)) throw new Error(`${path} changed: ${from} is not there`);
      result = result.replaceAll(from, to);
    }
  }
  return result;
}

/** The simulation has no hook for words: visible literals of its sources, by the shapes in which it writes them. */
const VISIBLE = [
  /(title=")([A-Z][^"$]*?)(?=\s*=?\s*(?:\$\{[^}]*\}\s*)?")/g, /(aria-label=")([A-Z][^"$]+)(?=")/g, /(text: (?:elementName \|\| )?')([A-Z][^']+)(?=')/g,
  /(\|\| ')([A-Z][^']+)(?=')/g, /(placeholder">)([A-Z][^<]+)(?=<)/g, /(^|`|\s{4})(Token Simulation)(?= <span)/gm, /(\? ?')([A-Z][a-zA-Z]+)(?=' :)/g, /( : ')([A-Z][a-zA-Z]+)(?=')/g,
  /(\[ ')([A-Z][a-z]+)(?=', [\d.]+ \])/g, /(' \} )(pause point)(?=")/g,
  /(^ +)(Simulation Log)(?=$)/gm, /(\} )(started)(?=`)/g, /(\? ')(finished)(?=' :)/g, /( : ')(canceled)(?=')/g,
];
const SILENT = new Set([ 'Enter', 'Spacebar' ]);

export function simulationPlugin() {
  return {
    name: 'simulation in Indonesian',
    setup(build) {
      const used = new Set();
      build.onStart(() => used.clear());
      build.onLoad({ filter: /bpmn-js-token-simulation[\\/]lib[\\/]features[\\/].*\.js$/ }, ({ path }) => {
        const dictionary = json('editor', 'i18n', 'simulation.json');
        const missing = [];
        let contents = readFileSync(path, 'utf8');
        for (const pattern of VISIBLE) {
          contents = contents.replace(pattern, (whole, before, text) => {
            const words = text.trim();
            if (SILENT.has(words)) return whole;
            if (Object.values(dictionary).includes(words)) return whole; // translated by an earlier shape
            if (!(words in dictionary)) missing.push({ text: `simulation.json: not translated: ${JSON.stringify(words)} of ${path.replace(/.*features./, '')}` });
            used.add(words);
            return before + (dictionary[words] ?? words);
          });
        }
        return { contents, loader: 'js', errors: missing };
      });
      build.onEnd(({ errors }) => {
        if (errors.length) return {};
        const stale = Object.keys(json('editor', 'i18n', 'simulation.json')).filter((text) => !used.has(text));
        return { errors: stale.map((text) => ({ text: `simulation.json: the simulation no longer says ${JSON.stringify(text)}` })) };
      });
    },
  };
}
