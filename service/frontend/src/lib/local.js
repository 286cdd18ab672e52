// A second copy of what was typed, in this browser, until the server has acknowledged it.

const PREFIX = 'alur:isian:';
const KEEP_DAYS = 30;

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // switched off by the browser's settings: then the server's draft is the only copy
  }
}

/** Copies of one form for one person. */
export class LocalCopy {
  constructor(url, person) {
    this._key = `${PREFIX}${person}:${url}`;
  }

  /** `{data, base, at}` or null. */
  read() {
    try {
      const copy = JSON.parse(storage()?.getItem(this._key) ?? 'null');
      return copy && typeof copy.data === 'object' && copy.data !== null ? copy : null;
    } catch {
      return null;
    }
  }

  /** `base` is the revision of the server's draft that this text goes on from. Answers whether it was kept. */
  write(data, base) {
    try {
      storage().setItem(this._key, JSON.stringify({ data, base, at: new Date().toISOString() }));
      return true;
    } catch {
      return false;
    }
  }

  remove() {
    storage()?.removeItem(this._key);
  }
}

/** Forgets copies that nobody came back for. */
export function forgetOldCopies() {
  const store = storage();
  if (!store) return;
  const limit = Date.now() - KEEP_DAYS * 86_400_000;
  for (const key of Object.keys(store)) {
    if (!key.startsWith(PREFIX)) continue;
    let at = 0;
    try {
      at = Date.parse(JSON.parse(store.getItem(key)).at);
    } catch {
      at = 0;
    }
    if (!(at > limit)) store.removeItem(key);
  }
}
