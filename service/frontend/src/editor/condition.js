// Conditions as people choose them (field, comparison, value) and as FEEL. What was written by hand and is not of this
// shape stays FEEL, under "Lanjutan".

const NAME = '[A-Za-z_][A-Za-z0-9_]*';
const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const VALUE = `${STRING}|-?\\d+(?:\\.\\d+)?|true|false|null|date\\(${STRING}\\)`;
const SIMPLE = new RegExp(`^(?:(${NAME})|date\\((${NAME})\\)|count\\((${NAME})\\))\\s*(=|!=|<=|>=|<|>)\\s*(${VALUE})$`);
const ROWS = new RegExp(`^(some|every) (${NAME}) in (${NAME}) satisfies (?:(\\2)\\.(${NAME})|date\\(\\2\\.(${NAME})\\))\\s*(=|!=|<=|>=|<|>)\\s*(${VALUE})$`);

const SIGNS = {
  '=': 'sama dengan', '!=': 'tidak sama dengan', '<': 'kurang dari', '<=': 'paling banyak', '>': 'lebih dari', '>=': 'paling sedikit',
};
const DATE_SIGNS = { ...SIGNS, '<': 'sebelum', '<=': 'sampai dengan', '>': 'sesudah', '>=': 'mulai dari' };

/** Comparisons that make sense for a type of field: [sign, words]. */
export function signs(type) {
  const chosen = type === 'number' || type === 'any' ? SIGNS : type === 'date' ? DATE_SIGNS : { '=': SIGNS['='], '!=': SIGNS['!='] };
  return Object.entries(chosen);
}

/** How a list may be asked about. */
export const QUANTIFIERS = [ [ 'count', 'jumlah baris' ], [ 'some', 'ada baris yang' ], [ 'every', 'semua baris' ] ];

/**
 * One comparison: {field, of: 'value'|'count'|'some'|'every', column, sign, value, type}; value is plain text.
 * A comparison without a field, or without a value, is still being chosen and gives no FEEL.
 */
export function write(one) {
  if (!one.field || !one.sign || one.value === undefined || one.value === '' || one.value === null) return null;
  if (one.of === 'count') return /^\d+$/.test(one.value) ? `count(${one.field}) ${one.sign} ${one.value}` : null;
  const value = literal(one.type, one.value);
  if (value === null) return null;
  if (one.of === 'some' || one.of === 'every') {
    if (!one.column) return null;
    const row = one.field === 'r' ? 'b' : 'r';
    const left = one.type === 'date' ? `date(${row}.${one.column})` : `${row}.${one.column}`;
    return `${one.of} ${row} in ${one.field} satisfies ${left} ${one.sign} ${value}`;
  }
  return `${one.type === 'date' ? `date(${one.field})` : one.field} ${one.sign} ${value}`;
}

function literal(type, value) {
  const text = String(value).trim();
  if (type === 'number') {
    const plain = text.replace(',', '.');
    return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
  }
  if (type === 'boolean') return text === 'true' || text === 'false' ? text : null;
  if (type === 'date') return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `date("${text}")` : null;
  return JSON.stringify(text);
}

function plain(value) {
  if (value.startsWith('date(')) return [ JSON.parse(value.slice(5, -1)), 'date' ];
  if (value.startsWith('"')) return [ JSON.parse(value), 'string' ];
  if (value === 'true' || value === 'false') return [ value, 'boolean' ];
  if (value === 'null') return null;
  return [ value.replace('.', ','), 'number' ];
}

/** `{join: 'and'|'or', parts: [comparison…]}` for FEEL of our shape; null for any other. Empty text has no parts. */
export function read(feel) {
  const text = (feel ?? '').trim();
  if (!text) return { join: 'and', parts: [] };
  for (const join of [ 'and', 'or' ]) {
    const pieces = split(text, join);
    const parts = pieces.map(readOne);
    if (parts.some((part) => part === null)) continue;
    // Without brackets, "satisfies a and b" would ask both of the row.
    if (pieces.length > 1 && pieces.some((piece) => /^(some|every)\s/.test(piece.trim()))) return null;
    return { join, parts };
  }
  return null;
}

function readOne(text) {
  const piece = text.trim().replace(/^\((.*)\)$/s, '$1').trim();
  let match = SIMPLE.exec(piece);
  if (match) {
    const [ , field, dated, counted, sign, value ] = match;
    const known = plain(value);
    if (!known || (dated && known[1] !== 'date') || (field && known[1] === 'date') || (counted && known[1] !== 'number')) return null;
    return { field: field ?? dated ?? counted, of: counted ? 'count' : 'value', column: '', sign, value: known[0], type: known[1] };
  }
  match = ROWS.exec(piece);
  if (!match) return null;
  const [ , of, , field, , column, dated, sign, value ] = match;
  const known = plain(value);
  if (!known || (dated !== undefined) !== (known[1] === 'date')) return null;
  return { field, of, column: column ?? dated, sign, value: known[0], type: known[1] };
}

/** Splits at ` and ` or ` or ` outside strings and brackets. */
function split(text, word) {
  const pieces = [];
  let start = 0, depth = 0, quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    if (quoted) {
      if (text[i] === '\\') i += 1;
      else if (text[i] === '"') quoted = false;
    } else if (text[i] === '"') quoted = true;
    else if ('([{'.includes(text[i])) depth += 1;
    else if (')]}'.includes(text[i])) depth -= 1;
    else if (depth === 0 && /\s/.test(text[i]) && text.slice(i + 1, i + 1 + word.length) === word && /\s/.test(text[i + 1 + word.length] ?? '')) {
      pieces.push(text.slice(start, i));
      start = i + 2 + word.length;
      i = start - 1;
    }
  }
  return [ ...pieces, text.slice(start) ];
}

/** All comparisons as FEEL; null while one of them is incomplete. */
export function writeAll({ join, parts }) {
  const written = parts.map(write);
  if (!written.length || written.includes(null)) return null;
  if (written.length === 1) return written[0];
  return written.map((text) => (/^(some|every) /.test(text) ? `(${text})` : text)).join(` ${join} `);
}
