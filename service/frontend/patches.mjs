// What has to be changed in the libraries while they are bundled. Every edit names the text that it replaces, and the
// build fails when that text is gone: then the library changed, and the reason for the edit must be looked at again.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lighten } from './tabler.mjs';

const ROOT = dirname(fileURLToPath(import.meta.url));

function patch(name, filter, edit, loader = 'js') {
  return {
    name,
    setup(build) {
      build.onLoad({ filter }, ({ path }) => ({ contents: edit(readFileSync(path, 'utf8')), loader }));
    },
  };
}

function replace(source, from, to) {
  if (source.split(from).length !== 2) throw new Error(`the text to replace is not there exactly once: ${from}`);
  return source.replace(from, () => to);
}

/** Fails when form-js says something that i18n/form.json cannot translate, or no longer says what it translates. */
export function checkTranslations(source) {
  const known = new Set(Object.keys(JSON.parse(readFileSync(join(ROOT, 'src', 'i18n', 'form.json'), 'utf8'))));
  const used = new Set();
  for (const match of source.matchAll(/\b_?translate\((?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) used.add(match[1] ?? match[2]);
  used.delete('HELLO {you}'); // an example in a comment
  const missing = [ ...used ].filter((text) => !known.has(text));
  const stale = [ ...known ].filter((text) => !used.has(text));
  if (missing.length || stale.length) {
    throw new Error(`src/i18n/form.json: not translated ${JSON.stringify(missing)}; no longer used ${JSON.stringify(stale)}`);
  }
}

const RENDERER = `  const App = () => {
    const [state, setState] = useState(form._getState());
    const formContext = {
      getService(type, strict = true) {
        return injector.get(type, strict);
      },
      formId: form._id
    };
    eventBus.on('changed', newState => {
      setState(newState);
    });
`;

// One context object and one listener for the life of the form: a new context at every key makes each field of each row
// render again, and a new listener at every render is never removed.
const RENDERER_ONCE = `  let update = null;
  eventBus.on('changed', newState => update && update(newState));
  const formContext = {
    getService(type, strict = true) {
      return injector.get(type, strict);
    },
    formId: form._id
  };
  const App = () => {
    const [state, setState] = useState(form._getState());
    update = setState;
`;

/**
 * A text area measures itself, and so lays out the whole page, when it appears and at every key: seconds where a form has
 * a hundred. Browsers that know `field-sizing` (form.css asks for it) do that alone.
 */
export const selfSizing = (source) => replace(source, "  textarea.style.height = '0px';\n", "  if (CSS.supports('field-sizing', 'content')) return;\n  textarea.style.height = '0px';\n");

function formJs(source) {
  checkTranslations(source);
  const patched = selfSizing(replace(source, RENDERER, RENDERER_ONCE));
  return `${patched}\nexport { ChildrenRenderer, TemplatedInputAdorner, Validator, useOptionsAsync };\n`;
}

// Expressions are compiled once per text (src/form/feel.js); the library only offers to parse at every evaluation.
const feelin = (source) => {
  for (const name of [ 'const interpreter = new Interpreter()', 'class InterpreterContext {' ]) {
    if (!source.includes(name)) throw new Error(`feelin changed: ${name}`);
  }
  return `${source}\nexport { interpreter, InterpreterContext };\n`;
};

export const plugins = () => [
  patch('form-js', /form-js-viewer[\\/]dist[\\/]index\.es\.js$/, formJs),
  patch('tabler', /@tabler[\\/]core[\\/]dist[\\/]css[\\/]tabler\.min\.css$/, (css) => lighten(css.replace(/\/\*(?!!)[\s\S]*?\*\//g, '')), 'css'),
  patch('feelin', /@bpmn-io[\\/]feelin[\\/]dist[\\/]index\.js$/, feelin),
];
