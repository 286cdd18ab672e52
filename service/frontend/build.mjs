// Builds service/static/dist: hashed, minified, pre-compressed files and manifest.json (logical name -> path).
//   node build.mjs            builds unless the sources are those of the last build
//   node build.mjs --check    exit 0 when the last build is current, 1 when it is not (needs no node_modules)
//   node build.mjs --force    builds in any case
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = dirname(fileURLToPath(import.meta.url));
const OUT = join(ROOT, '..', 'static', 'dist');
const TEMPORARY = `${OUT}.new`;
const ENTRIES = [ 'app.js', 'form.js', 'viewer.js', 'compare.js', 'app.css', 'form.css', 'viewer.css', 'compare.css' ];
const FONTS = {
  'fonts/print-regular.ttf': 'SourceSans3-Regular.ttf',
  'fonts/print-bold.ttf': 'SourceSans3-Bold.ttf',
  'fonts/print-italic.ttf': 'SourceSans3-It.ttf',
};

/** How the sources are bundled; the notices are made from the same. */
export const OPTIONS = {
  absWorkingDir: ROOT,
  entryPoints: ENTRIES.map((name) => join('src', name)),
  bundle: true, minify: true, splitting: true, format: 'esm', target: 'es2022',
  jsx: 'automatic', jsxImportSource: 'preact',
  entryNames: '[name]-[hash]', chunkNames: 'chunks/[name]-[hash]', assetNames: 'assets/[name]-[hash]',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'empty', '.eot': 'empty', '.svg': 'file' },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'linked',
};

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
const walk = (folder) => readdirSync(folder).sort().flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? walk(path) : [ path ];
});

/** What a build depends on: our sources and the exact versions of everything else. */
function stamp() {
  const files = [ 'package.json', 'package-lock.json', 'build.mjs', 'patches.mjs', 'tabler.mjs', 'editors.mjs', 'translations.mjs', 'formwords.mjs', 'feelwords.mjs' ].map((name) => join(ROOT, name)).concat(walk(join(ROOT, 'src')));
  return sha(files.map((path) => `${relative(ROOT, path)} ${sha(readFileSync(path))}`).join('\n'));
}

function current(wanted) {
  const mark = join(OUT, '.stamp');
  return existsSync(mark) && existsSync(join(OUT, 'manifest.json')) && readFileSync(mark, 'utf8') === wanted;
}

function compress(path) {
  if (!/\.(js|css|svg)$/.test(path)) return;
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
}

/** Of each script all that it imports at once, and what those import: a page names them too, so that a browser far away
 * asks for all together and not for one after the other. */
function importsOf(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map((one) => one.outputs));
  const gather = (path, found) => {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement' || found.has(next)) continue;
      found.add(next);
      gather(next, found);
    }
    return found;
  };
  const name = (path) => relative(TEMPORARY, join(ROOT, path));
  return Object.fromEntries(Object.keys(outputs).map((path) => [ name(path), [ ...gather(path, new Set()) ].map(name) ]));
}

async function build(wanted) {
  const started = performance.now();
  const [ esbuild, { plugins }, { buildEditors } ] = await Promise.all([ import('esbuild'), import('./patches.mjs'), import('./editors.mjs') ]);
  rmSync(TEMPORARY, { recursive: true, force: true });
  const result = await esbuild.build({ ...OPTIONS, outdir: TEMPORARY, metafile: true, logLevel: 'warning', plugins: plugins() });
  const manifest = {};
  for (const [ path, output ] of Object.entries(result.metafile.outputs)) {
    const file = relative(TEMPORARY, join(ROOT, path));
    if (output.entryPoint) manifest[relative('src', output.entryPoint)] = file;
  }
  const editors = await buildEditors(esbuild, OPTIONS, TEMPORARY);
  Object.assign(manifest, editors.manifest);
  const imports = importsOf([ result.metafile, ...editors.metafiles ]);
  for (const [ logical, source ] of Object.entries(FONTS)) {
    const from = join(ROOT, 'node_modules', 'source-sans', 'TTF', source);
    const to = logical.replace('.ttf', `-${sha(readFileSync(from)).slice(0, 8).toUpperCase()}.ttf`);
    mkdirSync(dirname(join(TEMPORARY, to)), { recursive: true });
    copyFileSync(from, join(TEMPORARY, to));
    manifest[logical] = to;
  }
  // For the accessibility tests only; no page links it.
  mkdirSync(join(TEMPORARY, 'test'));
  copyFileSync(join(ROOT, 'node_modules', 'axe-core', 'axe.min.js'), join(TEMPORARY, 'test', 'axe.js'));
  manifest['axe.js'] = 'test/axe.js';
  walk(TEMPORARY).forEach(compress);
  writeFileSync(join(TEMPORARY, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const asked = Object.entries(manifest).filter(([ , file ]) => imports[file]?.length).map(([ name, file ]) => [ name, imports[file] ]);
  writeFileSync(join(TEMPORARY, 'imports.json'), `${JSON.stringify(Object.fromEntries(asked), null, 2)}\n`);
  writeFileSync(join(TEMPORARY, '.stamp'), wanted);
  rmSync(OUT, { recursive: true, force: true });
  renameSync(TEMPORARY, OUT);
  for (const name of [ ...ENTRIES, ...Object.keys(editors.manifest) ]) {
    const path = join(OUT, manifest[name]);
    const sizes = [ path, `${path}.gz` ].map((file) => `${(statSync(file).size / 1024).toFixed(1)} kB`);
    console.log(`${name.padEnd(12)} ${sizes[0].padStart(10)}  gzip ${sizes[1].padStart(9)}`);
  }
  console.log(`front end built in ${Math.round(performance.now() - started)} ms`);
}

async function main() {
  const wanted = stamp();
  if (process.argv.includes('--check')) process.exit(current(wanted) ? 0 : 1);
  if (current(wanted) && !process.argv.includes('--force')) {
    console.log('front end: nothing changed');
    return;
  }
  mkdirSync(dirname(OUT), { recursive: true });
  await build(wanted);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
