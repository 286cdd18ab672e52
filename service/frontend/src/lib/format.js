// Numbers, dates and sizes as Indonesian offices write them, whatever the browser's language is.

const NUMERIC = /^-?(\d+(\.\d*)?|\.\d+)$/;

/** A number (JSON number or numeric text) as plain digits with a decimal point; null when it is none. */
export function plain(value) {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
  }
  return typeof value === 'string' && NUMERIC.test(value) ? value : null;
}

/** `1.500.000,5`; `group` puts points between thousands; `digits` rounds to at most, or pads to exactly, so many. */
export function number(value, { group = false, digits, pad = false } = {}) {
  let text = plain(value);
  if (text === null) return null;
  if (digits !== undefined) {
    text = plain(Number(Number(text).toFixed(digits)));
    if (pad && digits > 0) {
      const [ whole, fraction = '' ] = text.split('.');
      text = `${whole}.${fraction.padEnd(digits, '0')}`;
    }
  }
  const [ whole, fraction ] = text.split('.');
  const left = group ? whole.replace(/\B(?=(\d{3})+$)/g, '.') : whole;
  return fraction === undefined ? left : `${left},${fraction}`;
}

/**
 * What a person typed as a number, as plain digits with a decimal point; '' for nothing, null when it is no number.
 * A comma is the decimal sign. Points are thousands where they can be (1.500, 1.500.000); a single point that
 * cannot be one is taken as a decimal point (84.5).
 */
export function parseNumber(text) {
  const typed = text.replace(/[\s\u00a0]|^Rp\.?/gi, '').replace(/\u2212/g, '-').replace(/%$/, '');
  if (typed === '') return '';
  const sign = typed.startsWith('-') ? '-' : '';
  const digits = typed.slice(sign.length);
  let match;
  if ((match = /^(\d{1,3}(?:\.\d{3})+|\d+),(\d+)$/.exec(digits))) return `${sign}${trim(match[1].replaceAll('.', ''))}.${match[2]}`;
  if (/^[1-9]\d{0,2}(\.\d{3})+$/.test(digits)) return sign + digits.replaceAll('.', '');
  if ((match = /^(\d+)(?:\.(\d+))?$/.exec(digits))) return sign + trim(match[1]) + (match[2] === undefined ? '' : `.${match[2]}`);
  return null;
}

const trim = (whole) => whole.replace(/^0+(?=\d)/, '');

/** `YYYY-MM-DD` as `dd/mm/yyyy`; other text unchanged. */
export function showDate(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso ?? '');
  return match ? `${match[3]}/${match[2]}/${match[1]}` : (iso ?? '');
}

/** What a person typed as a date (day, month, year) as `YYYY-MM-DD`; '' for nothing, null when there is no such day. */
export function parseDate(text) {
  const typed = text.trim();
  if (typed === '') return '';
  const match = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/.exec(typed) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(typed);
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed);
  const [ day, month, year ] = match ? [ match[1], match[2], match[3] ].map(Number) : iso ? [ iso[3], iso[2], iso[1] ].map(Number) : [];
  if (!day) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
}

/** What a person typed as a time as `HH:MM`; '' for nothing, null when it is none. */
export function parseTime(text) {
  const typed = text.trim();
  if (typed === '') return '';
  const match = /^(\d{1,2})[.:]?(\d{2})$/.exec(typed);
  if (!match || Number(match[1]) > 23 || Number(match[2]) > 59) return null;
  return `${match[1].padStart(2, '0')}:${match[2]}`;
}

/** An instant (ISO text or Date) as a clock shows it in western Indonesia: `10.32`. */
export function clock(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat('id-ID', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Jakarta' }).format(date).replace(':', '.');
}

/** `23 November 2026 pukul 10.32`. */
export function moment(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const day = new Intl.DateTimeFormat('id-ID', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'Asia/Jakarta' }).format(date);
  return `${day} pukul ${clock(date)}`;
}

/** `Senin, 23 November 2026` for `2026-11-23`; '' for no date. */
export function longDate(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (!iso || Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat('id-ID', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date);
}

/** Bytes for people: `1,2 MB`. */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${number(bytes / 1_000_000, { digits: 1 })} MB`;
}
