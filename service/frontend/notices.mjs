// Writes what we owe to the packages that are shipped to browsers (and to the typeface of print-outs):
//   ../../THIRD-PARTY-NOTICES.md   the table between the two marks; the rest of that file is left as it is
//   LICENSES.txt                   the licences in full, each text once
//   node notices.mjs --check       exit 1 when either of them is out of date
import * as esbuild from 'esbuild';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPTIONS } from './build.mjs';
import { editorOptions } from './editors.mjs';
import { plugins } from './patches.mjs';

const ROOT = dirname(fileURLToPath(import.meta.url));
const NOTICES = join(ROOT, '..', '..', 'THIRD-PARTY-NOTICES.md');
const LICENSES = join(ROOT, 'LICENSES.txt');
const [ BEGIN, END ] = [ '<!-- npm: begin -->', '<!-- npm: end -->' ];

const bundles = await Promise.all([ { ...OPTIONS, plugins: plugins() }, ...editorOptions(OPTIONS) ].map((options) => esbuild.build({ ...options, write: false, outdir: join(ROOT, 'unwritten'), metafile: true, logLevel: 'error' })));
const shipped = new Set([ 'source-sans' ]);
for (const [ input, { bytes } ] of bundles.flatMap(({ metafile }) => Object.entries(metafile.inputs))) {
  const match = /node_modules\/((?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(input); // a package within another counts by itself
  if (match && bytes) shipped.add(match[1]);
}

function describe(path) {
  const folder = join(ROOT, 'node_modules', path);
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one)) ?? readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim() : '';
  const who = typeof author === 'string' ? author : author?.name ?? '';
  const bpmn = /bpmn\.io/i.test(text) && /logo|watermark|project mark/i.test(text);
  return { name, version, licence: bpmn ? 'bpmn.io licence (MIT; its mark stays visible)' : typeof license === 'string' ? license : license?.type ?? 'see text', text: text || `${license}. ${who}` };
}

const packages = [ ...new Map([ ...shipped ].map(describe).map((one) => [ `${one.name} ${one.version}`, one ])).values() ].sort((a, b) => (a.name < b.name ? -1 : 1));
const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
const table = [ BEGIN, 'Shipped to browsers (and `source-sans`: the typeface of print-outs). Full texts: `service/frontend/LICENSES.txt`; this table and that file are written by `service/frontend/notices.mjs`.', '', '| package | version | licence |', '|---|---|---|', ...rows, END ].join('\n');

const texts = new Map();
for (const { name, version, text } of packages) texts.set(text, [ ...(texts.get(text) ?? []), `${name} ${version}` ]);
const licences = [ ...texts ].map(([ text, names ]) => `${names.join(', ')}\n${'-'.repeat(72)}\n${text}\n`).join(`\n${'='.repeat(72)}\n\n`);

const before = existsSync(NOTICES) ? readFileSync(NOTICES, 'utf8') : '# Third-party notices\n';
const outside = before.includes(BEGIN) ? [ before.slice(0, before.indexOf(BEGIN)), before.slice(before.indexOf(END) + END.length) ] : [ `${before.trimEnd()}\n\n## npm packages\n\n`, '\n' ];
const after = outside.join(table);

if (process.argv.includes('--check')) {
  const fresh = after === before && existsSync(LICENSES) && readFileSync(LICENSES, 'utf8') === licences;
  if (!fresh) console.error('the notices are out of date: run node notices.mjs');
  process.exit(fresh ? 0 : 1);
}
writeFileSync(NOTICES, after);
writeFileSync(LICENSES, licences);
console.log(`${packages.length} packages`);
