// The two editors (diagrams, forms) are bundled apart from the other pages: what an official downloads to do a task
// must not grow because somebody else may draw.
import { join, relative } from 'node:path';
import { OPTIONS } from './build.mjs';
import { checkDictionary, simulationPlugin } from './translations.mjs';

const EDITORS = [
  {
    entryPoints: { editor: join('src', 'editor', 'index.js'), 'editor-style': join('src', 'editor', 'editor.css') },
    plugins: () => [ checkDictionary([ [ 'i18n', 'diagram.json' ], [ 'editor', 'i18n', 'editor.json' ] ], [ 'editor', 'i18n', 'editor.json' ]), simulationPlugin() ],
  },
];

/** How each editor is bundled. */
export const editorOptions = () => EDITORS.map(({ entryPoints, plugins }) => ({ ...OPTIONS, entryPoints, plugins: plugins() }));

/** Bundles them into `outdir`; answers manifest entries (`editor.js`, `editor.css`, …). */
export async function buildEditors(esbuild, outdir) {
  const manifest = {};
  const results = await Promise.all(editorOptions().map((options) => esbuild.build({ ...options, outdir, metafile: true, logLevel: 'warning' })));
  for (const { metafile } of results) {
    for (const [ path, output ] of Object.entries(metafile.outputs)) {
      const file = relative(outdir, join(OPTIONS.absWorkingDir, path));
      if (output.entryPoint && !file.includes('chunks/')) manifest[file.replace(/-[A-Z0-9]+(\.\w+)$/, '$1').replace('-style.css', '.css')] = file;
    }
  }
  return manifest;
}
