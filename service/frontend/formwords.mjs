// The form designer has no hook for words: what its sources show is replaced while they are bundled, by the shapes in
// which they write it, and the build fails over a text that the dictionary lacks or that is no longer there.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSizing } from './patches.mjs';

const ROOT = dirname(fileURLToPath(import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(ROOT, 'src', 'form-editor', 'i18n', name), 'utf8'));

const NAMES = '(?:label|name|title|text|description|placeholder|tooltip|headerLabel|message|searchPlaceholder|emptyMessage|children|alt|"aria-label"|\'aria-label\'|ariaLabel|defaultLabel|errorMessage|placeholderContent)';
/** Shapes: before, quote, text. */
const SHAPES = [
  new RegExp(`((?:^|[\\s{(,])${NAMES}\\s*[:=]\\s*\\[?\\s*)(['"\`])((?:(?!\\2)[^\\n\\\\]|\\\\.)+)\\2`, 'gm'),
  /(\breturn )(['"])([A-Z](?:(?!\2)[^\n\\]|\\.)+)\2/g,
  /(\? )(['"])([A-Z](?:(?!\2)[^\n\\]|\\.)*)\2/g,
  /( : )(['"])([A-Z](?:(?!\2)[^\n\\]|\\.)*)\2/g,
  /(,\s*|\[\s*|\|\| |\bmessages?\.push\(|\btranslate\()(['"])([A-Z][a-z]+(?:(?!\2)[^\n\\]|\\.)*)\2/g,
  /(\]: )(['"])([A-Z](?:(?!\2)[^\n\\]|\\.)*)\2/g,
  /(\btranslate\()(['"`])((?:(?!\2)[^\n\\]|\\.)+)\2/g,
];
const LOOKS_LIKE_WORDS = /^(?:[A-Z<{]?[^=<>{}/]*[A-Za-z]{2}.*)$/;

/** Longer explanations, built from several pieces in the source. */
const WHOLE = [
  [ /return '"Static" defines [^;]*;/, `return '“Tetap”: pilihan ditulis di sini. “Dari data”: pilihan berasal dari isi awal. “Ungkapan”: pilihan dihitung dengan FEEL.';` ],
  [ /const TOOLTIP_TEXT = `"List of items" defines [^`]*`;/, 'const TOOLTIP_TEXT = `“Daftar tetap”: kolom ditulis di sini. “Ungkapan”: kolom dihitung dengan FEEL.`;' ],
];

/** Every text of those shapes, with what replaces it: `replace(text)` answers the new text, or undefined to leave it. */
export function rewrite(source, replace) {
  return SHAPES.reduce((now, shape) => now.replace(shape, (whole, before, quote, text) => {
    if (!LOOKS_LIKE_WORDS.test(text) || !/[A-Z<]|\s/.test(text)) return whole;
    const plain = text.replaceAll("\\'", "'").replaceAll('\\"', '"');
    const words = replace(plain);
    return words === undefined ? whole : before + quote + words.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
  }), source);
}

const FILES = /form-js-editor[\\/](?:dist[\\/]index\.es\.js|node_modules[\\/]@bpmn-io[\\/]form-js-viewer[\\/]dist[\\/]index\.es\.js)$/;

export function formWords() {
  return {
    name: 'form designer in Indonesian',
    setup(build) {
      const used = new Set();
      build.onStart(() => used.clear());
      build.onLoad({ filter: FILES }, ({ path }) => {
        const dictionary = read('designer.json');
        const silent = new Set(read('silent.json'));
        const done = new Set(Object.values(dictionary));
        const missing = new Set();
        let source = readFileSync(path, 'utf8');
        if (path.includes('form-js-viewer')) source = selfSizing(source);
        for (const [ from, to ] of path.includes('form-js-viewer') ? [] : WHOLE) {
          if (!from.test(source)) throw new Error(`the form designer changed: ${from}`);
          source = source.replace(from, () => to);
        }
        const contents = rewrite(source, (text) => {
          if (silent.has(text)) { used.add(text); return undefined; }
          if (text in dictionary) { used.add(text); return dictionary[text]; }
          if (!done.has(text)) missing.add(text);
          return undefined;
        });
        return { contents, loader: 'js', errors: [ ...missing ].map((text) => ({ text: `designer.json: not translated: ${JSON.stringify(text)}` })) };
      });
      build.onEnd(({ errors }) => {
        if (errors.length) return {};
        const stale = [ ...Object.keys(read('designer.json')), ...read('silent.json') ].filter((text) => !used.has(text));
        return { errors: stale.map((text) => ({ text: `form-editor/i18n: the designer no longer says ${JSON.stringify(text)}` })) };
      });
    },
  };
}
