// The standard time of a step: the words of an SOP ("4 hari kerja", "10 menit") and the ISO duration of its timer.
// The same rules as bpmn/durations.py, which has the last word.
const WORDS = /(\d{1,5})(?:\s*\([^)]*\))?\s*(hari(?:\s+kerja)?|jam|menit)/gi;
const MAX_DAYS = 1000;
const MAX_MINUTES = 24 * 60 * MAX_DAYS;

/** `P4D`, `PT1H30M` for words; null when the words say something else. */
export function toIso(words) {
  const text = (words ?? '').split(/\s+/).join(' ').trim();
  const parts = [ ...text.matchAll(WORDS) ];
  const rest = text.replace(WORDS, '').replace(/^[ ,.]+|[ ,.]+$/g, '').replace('dan', '').trim();
  if (!parts.length || rest) return null;
  let days = 0, minutes = 0;
  for (const [ , number, unit ] of parts) {
    if (/^hari/i.test(unit)) days += Number(number);
    else minutes += Number(number) * (/^jam/i.test(unit) ? 60 : 1);
  }
  if (days && minutes) return null;
  if (days) return days <= MAX_DAYS ? `P${days}D` : null;
  if (!minutes || minutes > MAX_MINUTES) return null;
  const hours = Math.floor(minutes / 60);
  return `PT${hours ? `${hours}H` : ''}${minutes % 60 ? `${minutes % 60}M` : ''}`;
}

/** The words for `P4D` or `PT1H30M`; null for any other duration. */
export function toWords(iso) {
  const days = /^P(\d{1,4})D$/.exec(iso ?? '');
  if (days) return `${Number(days[1])} hari kerja`;
  const clock = /^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?$/.exec(iso ?? '');
  if (!clock || (!clock[1] && !clock[2])) return null;
  const minutes = Number(clock[1] ?? 0) * 60 + Number(clock[2] ?? 0);
  const [ hours, rest ] = [ Math.floor(minutes / 60), minutes % 60 ];
  return [ hours && `${hours} jam`, rest && `${rest} menit` ].filter(Boolean).join(' ') || null;
}

/** Whether two texts mean the same time, however they are written. */
export const same = (words, iso) => {
  const wanted = toIso(words);
  return wanted !== null && toIso(toWords(iso) ?? '') === wanted;
};
