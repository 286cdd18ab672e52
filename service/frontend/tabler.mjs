// Tabler brings every component it knows, 600 kB of CSS; half of them no page of ours has. A list page must stay light
// on an office's line, so whole families are left out while bundling. To use one of them, take it off this list.
const FAMILIES = [
  'accordion', 'apexcharts', 'avatar', 'calendar', 'carousel', 'chart', 'coloris', 'dropzone', 'fc', 'flag', 'fslightbox', 'jvm', 'legend',
  'litepicker', 'mention', 'nav-segmented', 'navbar', 'noUi', 'offcanvas', 'otp', 'payment', 'placeholder', 'plyr', 'popover', 'ribbon',
  'signal', 'social', 'sortable', 'sparkline', 'stamp', 'star', 'steps', 'step-item', 'strength', 'switch', 'tag', 'toast', 'tooltip', 'tracking', 'ts',
  'turbo', 'bs-popover', 'bs-tooltip', 'tom-select', 'typed', 'hs', 'dashed', 'object', 'sharer', 'wysiwyg', 'btn-facebook', 'btn-twitter',
  // Many of these speak of whatever stands in them ('.row-cols-3 > *'), and such a rule is tried on every element of a page:
  // a large drawing has tens of thousands.
  'blockquote', 'btn-loading', 'callout', 'card-table', 'chat', 'columns', 'divide', 'form-colorinput', 'form-floating', 'form-imagecheck',
  'form-selectgroup', 'g', 'gx', 'gy', 'hr-text', 'list-group', 'markdown', 'modal', 'offset', 'order', 'prose', 'ratio', 'row-0',
  'row-cols', 'row-deck', 'row-lg', 'row-md', 'row-sm', 'scrollable', 'table-bordered', 'table-borderless', 'table-center', 'table-hover',
  'table-nowrap', 'table-striped', 'table-striped-columns', 'table-vcenter', 'toolbar', 'visually-hidden-focusable',
];
const BRANDS = [ 'facebook', 'twitter', 'linkedin', 'google', 'youtube', 'vimeo', 'dribbble', 'github', 'instagram', 'pinterest', 'vk', 'rss', 'flickr', 'bitbucket', 'tabler' ];
const UNWANTED = new RegExp(`\\.(?:${FAMILIES.join('|')})(?![a-zA-Z])|-(?:${BRANDS.join('|')})(?:-lt|-fg)?(?![a-zA-Z0-9-])|\\[data-bs-theme=["']?dark|layout-(?:fluid|boxed)`);

/** Where the block that opens at `start` ends (just behind its closing brace). */
function blockEnd(css, start) {
  let depth = 0;
  for (let at = start; at < css.length; at += 1) {
    const sign = css[at];
    if (sign === '"' || sign === "'") at = css.indexOf(sign, at + 1);
    else if (sign === '{') depth += 1;
    else if (sign === '}' && (depth -= 1) === 0) return at + 1;
  }
  throw new Error('unbalanced braces');
}

/** Splits a list of selectors at its commas, but not inside of brackets. */
function selectorsOf(prelude) {
  const parts = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < prelude.length; at += 1) {
    if ('(['.includes(prelude[at])) depth += 1;
    else if (')]'.includes(prelude[at])) depth -= 1;
    else if (prelude[at] === ',' && depth === 0) {
      parts.push(prelude.slice(from, at));
      from = at + 1;
    }
  }
  return [ ...parts, prelude.slice(from) ];
}

/** The stylesheet without the rules that speak only of unwanted families. */
export function lighten(css) {
  let out = '';
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf('{', at);
    const semicolon = css.indexOf(';', at);
    if (semicolon !== -1 && (open === -1 || semicolon < open)) {
      out += css.slice(at, semicolon + 1);
      at = semicolon + 1;
    } else if (open === -1) {
      out += css.slice(at);
      break;
    } else {
      const prelude = css.slice(at, open);
      const end = blockEnd(css, open);
      if (/^\s*@(media|supports|layer|container)/.test(prelude)) {
        const inner = lighten(css.slice(open + 1, end - 1));
        if (inner.trim()) out += `${prelude}{${inner}}`;
      } else if (/^\s*@/.test(prelude)) out += css.slice(at, end);
      else {
        const kept = selectorsOf(prelude).filter((selector) => !UNWANTED.test(selector));
        if (kept.length) out += kept.join(',') + css.slice(open, end);
      }
      at = end;
    }
  }
  return out;
}
