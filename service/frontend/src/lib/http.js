// Requests to our own server: JSON in and out, the CSRF token, problems (RFC 9457) as exceptions.

import { size } from './format.js';

const meta = (name) => document.querySelector(`meta[name="${name}"]`);

/** The token that every unsafe request carries. */
export const csrf = () => meta('csrf-token')?.content ?? '';

/** Who this page was made for; empty on pages that do not say. */
export const person = () => meta('alur-person')?.content ?? '';
/** The office's date as yyyy-mm-dd: the server's, for the clock of a visitor's machine may be wrong. */
export const today = () => meta('alur-today')?.content ?? new Date().toLocaleDateString('sv-SE');

/** Why a file is not sent at all, or null: the server cuts the connection of what is far beyond its limit, and the browser
 * could then only say that it was not reached. */
export function tooLarge(file) {
  const limit = Number(meta('alur-upload')?.content);
  if (!(file instanceof Blob) || !limit || file.size <= limit) return null;
  return `Berkas “${file.name}” berukuran ${size(file.size)}; yang diterima paling besar ${Math.floor(limit / 1024 / 1024)} MB. Perkecil berkas itu, lalu pilih lagi.`;
}

/** An answer that is no success. `status` 0: the server could not be reached. `body`: the problem's members. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || (status ? `Server menjawab dengan galat ${status}.` : 'Server tidak dapat dihubungi.'));
    this.status = status;
    this.body = body;
  }

  get errors() {
    return Array.isArray(this.body.errors) ? this.body.errors : [];
  }

  /** Whether trying the very same request again later may succeed. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  get expired() {
    return this.status === 401 || (this.status === 403 && this.body.type === 'urn:alur:problem:csrf');
  }
}

function parse(text, type) {
  if (!/\bjson\b/.test(type)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function conclude(status, type, text) {
  const body = parse(text, type);
  if (status >= 200 && status < 300) {
    if (body !== null) return body;
    if (!text) return {};
    throw new Problem(401); // a page where data was due: the login page
  }
  throw new Problem(status, body ?? {});
}

/** GET, or `method` with `json` as its body; answers the parsed JSON, or throws a Problem. */
export async function request(url, { method = 'GET', json, body, keepalive = false } = {}) {
  const headers = { Accept: 'application/json, application/problem+json', 'X-Requested-With': 'fetch' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf();
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(url, {
      method, headers, keepalive, credentials: 'same-origin', cache: 'no-store',
      body: json !== undefined ? JSON.stringify(json) : body,
    });
  } catch {
    throw new Problem(0);
  }
  return conclude(response.status, response.headers.get('Content-Type') ?? '', await response.text());
}

/** POST of a form with files; `onProgress` is told the share sent, 0 to 1. */
export function upload(url, form, onProgress = () => {}) {
  return new Promise((resolve, reject) => {
    const refused = [ ...form.values() ].map(tooLarge).find(Boolean);
    if (refused) return reject(new Problem(413, { detail: refused }));
    const xhr = new XMLHttpRequest();
    xhr.open('POST', url);
    xhr.setRequestHeader('Accept', 'application/json, application/problem+json');
    xhr.setRequestHeader('X-Requested-With', 'fetch');
    xhr.setRequestHeader('X-CSRF-Token', csrf());
    xhr.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    xhr.addEventListener('error', () => reject(new Problem(0)));
    xhr.addEventListener('load', () => {
      try {
        resolve(conclude(xhr.status, xhr.getResponseHeader('Content-Type') ?? '', xhr.responseText));
      } catch (problem) {
        reject(problem);
      }
    });
    xhr.send(form);
  });
}

/**
 * After a login elsewhere the session, and with it the token, is a new one: take it from a fresh copy of this page.
 * Answers 'ok', 'login' (nobody is logged in), 'other' (somebody else is), or 'unreachable'.
 */
export async function renewSession() {
  let response, text;
  try {
    response = await fetch(location.pathname + location.search, { headers: { Accept: 'text/html' }, credentials: 'same-origin', cache: 'no-store' });
    text = await response.text();
  } catch {
    return 'unreachable';
  }
  if (response.status >= 500) return 'unreachable';
  const page = new DOMParser().parseFromString(text, 'text/html');
  if (response.status === 401 || page.querySelector('input[type="password"][autocomplete="current-password"][name="kata_sandi"]')) return 'login';
  const who = page.querySelector('meta[name="alur-person"]')?.content ?? '';
  if (who !== person()) return 'other';
  const token = page.querySelector('meta[name="csrf-token"]')?.content;
  if (token) meta('csrf-token').content = token;
  return 'ok';
}
