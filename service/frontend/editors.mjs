// The two editors (diagrams, forms) are bundled apart from the other pages: what an official downloads to do a task
// must not grow because somebody else may draw.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { feelWords } from './feelwords.mjs';
import { formWords } from './formwords.mjs';
import { plugins as viewerPlugins } from './patches.mjs';
import { checkDictionary, simulationPlugin } from './translations.mjs';

/** Of the properties panel we use the plain entries: its FEEL editor, a third of the whole script, is left out. */
const withoutFeelEditor = {
  name: 'no FEEL editor',
  setup(build) {
    build.onResolve({ filter: /^(@bpmn-io\/(feel|feelers)-editor|@bpmn-io\/lang-feel|@codemirror\/.*|@camunda\/feel-builtins)$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'asked' || !/properties-panel/.test(from.importer)) return null;
      return { ...await build.resolve(path, { ...from, pluginData: 'asked' }), sideEffects: false };
    });
  },
};

/** CodeMirror writes <style> elements, which our content security policy refuses; it knows constructed sheets, for shadow roots. */
const constructedSheets = {
  name: 'constructed style sheets',
  setup(build) {
    build.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, ({ path }) => {
      const from = '!root.head && root.adoptedStyleSheets';
      const source = readFileSync(path, 'utf8');
      if (source.split(from).length !== 2) throw new Error(`style-mod changed: ${from}`);
      return { contents: source.replace(from, 'root.adoptedStyleSheets'), loader: 'js' };
    });
  },
};

const TYPE = "props.define(this, '$type', { value: name, enumerable: true });\n    props.define(this, '$attrs', { value: {} });";

/**
 * Of each element that it reads, moddle makes new functions to tell type and attributes, so that no two elements are of one
 * kind to the browser and every access is slow: a third of the time that a file takes to read. One function does for a type.
 */
const quickElements = {
  name: 'moddle elements of one kind',
  setup(build) {
    build.onLoad({ filter: /[\\/]moddle[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (source.split(TYPE).length !== 2) throw new Error(`moddle changed: ${TYPE}`);
      return { contents: source.replace(TYPE, "Object.defineProperty(this, '$type', type);\n    Object.defineProperty(this, '$attrs', { value: {} });").replace('  function ModdleElement(attrs) {', '  const type = { get: () => name, enumerable: true };\n  function ModdleElement(attrs) {'), loader: 'js' };
    });
  },
};

const EDITORS = [
  { entryPoints: { 'process-new': join('src', 'editor', 'new.js') }, plugins: () => [] },
  {
    entryPoints: { editor: join('src', 'editor', 'index.js'), 'editor-style': join('src', 'editor', 'editor.css') },
    plugins: () => [ checkDictionary([ [ 'i18n', 'diagram.json' ], [ 'editor', 'i18n', 'editor.json' ] ], [ 'editor', 'i18n', 'editor.json' ]), simulationPlugin(), withoutFeelEditor, quickElements ],
  },
  {
    entryPoints: { 'form-editor': join('src', 'form-editor', 'index.js'), 'form-editor-style': join('src', 'form-editor', 'form-editor.css') },
    plugins: () => [ formWords(), feelWords(), constructedSheets, ...viewerPlugins() ],
  },
];

/** How each editor is bundled: like the other pages (`options`), with its own entries. */
export const editorOptions = (options) => EDITORS.map(({ entryPoints, plugins }) => ({ ...options, entryPoints, plugins: plugins() }));

/** Bundles them into `outdir`; answers the manifest's entries (`editor.js`, `editor.css`, …) and the bundler's metafiles. */
export async function buildEditors(esbuild, options, outdir) {
  const manifest = {};
  const results = await Promise.all(editorOptions(options).map((one) => esbuild.build({ ...one, outdir, metafile: true, logLevel: 'warning' })));
  for (const { metafile } of results) {
    for (const [ path, output ] of Object.entries(metafile.outputs)) {
      const file = relative(outdir, join(options.absWorkingDir, path));
      if (output.entryPoint && !file.includes('chunks/')) manifest[file.replace(/-[A-Z0-9]+(\.\w+)$/, '$1').replace('-style.css', '.css')] = file;
    }
  }
  return { manifest, metafiles: results.map((one) => one.metafile) };
}
