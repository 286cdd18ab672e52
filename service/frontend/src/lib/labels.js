// Names in diagrams: words stay whole, whatever typeface the reader's computer has. A file says how wide a name is in the
// typeface of who drew it; where that one is lacking letters are wider, and the library cuts words that do not fit, and
// some that would: it guesses by the number of letters. Here lines are broken between words, as wide as they really are.
const LEAST = 9; // pixels: letters in a shape become smaller, down to this
const INNER = 2; // padding in a shape that is left at least
const WIDEST = 150; // of a name that stands beside its symbol on one line
const BOUNDLESS = { width: 100_000, height: 100_000 };
const KNOWN = 5_000; // widths that are remembered

class WholeWords {
  constructor(textRenderer) {
    this._widths = new Map();
    this._measure = textRenderer.getDimensions.bind(textRenderer);
    const full = textRenderer.createText.bind(textRenderer);
    textRenderer.createText = (text, options = {}) => {
      if (!text.trim() || !options.box || text.includes('\u00AD')) return full(text, options);
      const style = { ...textRenderer.getDefaultStyle(), ...options.style };
      return options.align ? this._inside(full, text, options, style) : this._beside(full, text, options, style);
    };
    // As the importer asks how high a name beside its symbol becomes.
    textRenderer.getDimensions = (text, options = {}) => {
      if (!text.trim() || !options.box || options.align) return this._measure(text, options);
      const { lines, width } = this._lines(text, options.box, { ...textRenderer.getDefaultStyle(), ...options.style });
      return this._measure(lines, { ...options, box: { ...options.box, width } });
    };
  }

  _width(text, style) {
    const key = `${style.fontSize} ${style.fontWeight} ${text}`;
    if (this._widths.size > KNOWN) this._widths.clear();
    if (!this._widths.has(key)) this._widths.set(key, this._measure(text, { box: BOUNDLESS, style }).width);
    return this._widths.get(key);
  }

  _longest(text, style) {
    return Math.max(...text.split(/\s+|(?<=-)/).map((word) => this._width(word, style)));
  }

  /** The text with its lines broken where they are full. */
  _broken(text, width, style) {
    return text.split('\n').flatMap((given) => {
      const lines = [ '' ];
      for (const part of given.trim().split(/(?<=-)|(?=\s)/)) {
        const longer = lines.at(-1) + part;
        if (!lines.at(-1) || this._width(longer, style) <= width) lines[lines.length - 1] = longer;
        else lines.push(part.trim());
      }
      return lines;
    }).join('\n');
  }

  /** In a shape: less padding first, then smaller letters. */
  _inside(full, text, options, style) {
    const given = options.padding ?? 0;
    if (typeof given !== 'number') return full(text, options);
    const longest = this._longest(text, style);
    const padding = longest <= options.box.width - 2 * given ? given : Math.min(given, Math.max(INNER, Math.floor((options.box.width - longest) / 2)));
    const room = options.box.width - 2 * padding;
    const fontSize = longest <= room ? style.fontSize : Math.max(LEAST, Math.floor(style.fontSize * room / longest));
    const now = { ...options.style, fontSize };
    return full(this._broken(text, room, { ...style, fontSize }), { ...options, padding, style: now });
  }

  _lines(text, box, style) {
    const oneLine = box.height < 2 * style.fontSize * style.lineHeight ? Math.min(WIDEST, this._width(text, style)) : 0;
    const width = Math.max(box.width, Math.ceil(Math.max(this._longest(text, style), oneLine)));
    return { lines: this._broken(text, width, style), width };
  }

  /** Beside a symbol: as wide as it needs, to both sides alike; what the file has on one line stays on one. */
  _beside(full, text, options, style) {
    const { box } = options;
    const { lines, width } = this._lines(text, box, style);
    const made = full(lines, { ...options, box: { ...box, width } });
    for (const line of made.children) line.setAttribute('x', Number(line.getAttribute('x')) - (width - box.width) / 2);
    return made;
  }
}

WholeWords.$inject = [ 'textRenderer' ];

export default { __init__: [ 'wholeWords' ], wholeWords: [ 'type', WholeWords ] };
