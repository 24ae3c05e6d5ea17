/** What was sent and what arrived: the newest of it, as much as fits. */

/** @typedef {import("./schemas.js").Problem} Problem */

/**
 * @typedef {object} Entry
 * @property {number} id
 * @property {Date} time
 * @property {"arrived" | "sent" | "ack" | "answer" | "state"} kind
 * @property {string} namespace
 * @property {string} event
 * @property {unknown} args A list, or what came with a state; bytes are written as their number.
 * @property {string} note
 * @property {Problem[] | null} problems Null where there was nothing to check.
 */

/** @typedef {{text: string, kind: string, onlyBroken: boolean}} Filter */

export class Log {
  /**
   * @param {() => void} changed
   * @param {number} [most] How many entries are kept.
   */
  constructor(changed, most = 500) {
    this._changed = changed;
    this.most = most;
    /** @type {Entry[]} */
    this.entries = [];
    this.dropped = 0;
    this._lastId = 0;
    /** @type {number | null} */
    this._pausedAt = null;
  }

  /**
   * Add an entry; the oldest makes room.
   *
   * @param {Omit<Entry, "id" | "time">} entry
   */
  add(entry) {
    this._lastId += 1;
    this.entries.push({ ...entry, id: this._lastId, time: new Date() });
    const over = this.entries.length - this.most;
    if (over > 0) {
      this.entries.splice(0, over);
      this.dropped += over;
    }
    this._changed();
  }

  clear() {
    this.entries = [];
    this.dropped = 0;
    if (this.isPaused) this._pausedAt = this._lastId;
    this._changed();
  }

  get isPaused() {
    return this._pausedAt !== null;
  }

  /** @param {boolean} paused */
  pause(paused) {
    this._pausedAt = paused ? this._lastId : null;
    this._changed();
  }

  /** How many entries wait until the log goes on. */
  get waiting() {
    const from = this._pausedAt;
    return from === null
      ? 0
      : this.entries.filter((each) => each.id > from).length;
  }

  /**
   * Return what is to be seen, the newest first.
   *
   * @param {Filter} filter
   */
  shown(filter) {
    const upTo = this._pausedAt ?? this._lastId;
    return this.entries
      .filter((each) => each.id <= upTo && passes(each, filter))
      .reverse();
  }

  /** Return all entries as JSON. */
  exported() {
    const entries = this.entries.map(({ id, time, problems, ...entry }) => ({
      time: time.toISOString(),
      ...entry,
      ...(problems === null ? {} : { valid: problems.length === 0, problems }),
    }));
    return JSON.stringify({ dropped: this.dropped, entries }, null, 2);
  }
}

/**
 * @param {Entry} entry
 * @param {Filter} filter
 */
function passes(entry, { text, kind, onlyBroken }) {
  if (kind && entry.kind !== kind) return false;
  if (onlyBroken && !entry.problems?.length) return false;
  if (!text) return true;
  const about = `${entry.namespace} ${entry.event} ${entry.note} ${JSON.stringify(entry.args)}`;
  return about.toLowerCase().includes(text.toLowerCase());
}
