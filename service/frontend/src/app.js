// On every page: htmx for lists that refresh themselves, and a few small behaviours that need no framework.
import htmx from 'htmx.org';
import { copyText } from './lib/dom.js';
import { csrf, tooLarge } from './lib/http.js';
import './lib/native.js';

Object.assign(htmx.config, {
  includeIndicatorStyles: false, allowEval: false, allowScriptTags: false, selfRequestsOnly: true, historyEnabled: false,
});
window.htmx = htmx;

document.addEventListener('htmx:configRequest', ({ detail }) => {
  if (detail.verb !== 'get') detail.headers['X-CSRF-Token'] = csrf();
});

// A refresh by itself must not disturb: neither a list in which somebody is choosing, nor a page that nobody looks at.
document.addEventListener('htmx:beforeRequest', (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig?.triggeringEvent?.type?.startsWith?.('click')) return;
  if (!/\bevery\b/.test(elt.getAttribute('hx-trigger') ?? '')) return;
  if (document.visibilityState === 'hidden' || elt.contains(document.getSelection()?.anchorNode) && !document.getSelection().isCollapsed) event.preventDefault();
});

// The focus survives the exchange of a list: the element with the same id gets it back.
let focused = null;
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  const active = document.activeElement;
  focused = active?.id && detail.target?.contains(active) ? active.id : null;
  if (detail.xhr.status === 401) location.reload();
});
document.addEventListener('htmx:afterSwap', () => {
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  focused = null;
});

// Actions that cannot be undone ask first: <button data-ask="Batalkan pelaksanaan ini?">.
document.addEventListener('click', (event) => {
  const asking = event.target.closest?.('[data-ask]');
  if (asking && !window.confirm(asking.dataset.ask)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// <button data-copy="text"> or <button data-copy-from="id">
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-copy], [data-copy-from]');
  if (!button) return;
  const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
  copyText(button, button.dataset.copy || source?.value || source?.textContent || '');
});

// A file that the server would not take is told at its field, before it is sent.
document.addEventListener('change', ({ target }) => {
  if (!target.matches?.('form[method="post"] input[type="file"]')) return;
  target.setCustomValidity([ ...target.files ].map(tooLarge).find(Boolean) ?? '');
  target.reportValidity();
});

// Our forms say what is wrong themselves (novalidate); a file that is too large must not leave all the same.
document.addEventListener('submit', (event) => {
  const refused = [ ...event.target.querySelectorAll('input[type="file"]') ].find((input) => input.validity.customError);
  if (!refused) return;
  event.preventDefault();
  refused.reportValidity();
}, true);

// A second press of a submit button while the first is on its way would do the thing twice.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  window.addEventListener('pageshow', () => delete form.dataset.sent, { once: true });
});

// <details data-menu> is a menu: it closes on Escape and on a press elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll('details[data-menu][open]')) if (menu !== except) menu.open = false;
}
document.addEventListener('click', (event) => closeMenus(event.target.closest?.('details[data-menu]')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = document.activeElement?.closest('details[data-menu][open]');
  closeMenus();
  menu?.querySelector('summary')?.focus();
});

// <a data-print> prints the page.
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) {
    event.preventDefault();
    window.print();
  }
});
