/**
 * JSON as it is typed: where it is wrong, and where in the text each part of the value stands.
 *
 * Bytes, which JSON has not, are written {"$binary": "base64"}.
 */

/** @typedef {{start: number, end: number}} Range */

/** A text that is not JSON; says where, counted from one. */
export class NotJson extends Error {
  /**
   * @param {string} problem
   * @param {string} text
   * @param {number} at
   */
  constructor(problem, text, at) {
    const before = text.slice(0, at).split("\n");
    const line = before.length;
    const column = (before.at(-1) ?? "").length + 1;
    super(`not JSON: line ${line}, column ${column}: ${problem}`);
    this.at = at;
    this.line = line;
    this.column = column;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Return the value that *text* is, and the range of each of its parts by JSON pointer.
 *
 * @param {string} text
 * @returns {{value: unknown, ranges: Map<string, Range>}}
 * @throws {NotJson}
 */
export function parse(text) {
  const scanner = new Scanner(text);
  scanner.skip();
  scanner.value("");
  scanner.skip();
  if (scanner.at < text.length)
    throw scanner.wrong("this is after the end of the value");
  return { value: JSON.parse(text), ranges: scanner.ranges };
}

class Scanner {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** @type {Map<string, Range>} */
    this.ranges = new Map();
  }

  /** @param {string} problem */
  wrong(problem) {
    return new NotJson(
      this.at < this.text.length ? problem : "it ends too early",
      this.text,
      this.at,
    );
  }

  /** @param {RegExp} pattern */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found?.[0] ?? null;
  }

  skip() {
    this.take(SPACE);
  }

  /** @param {string} pointer */
  value(pointer) {
    const start = this.at;
    const first = this.text[start];
    if (first === "{") this.members(pointer);
    else if (first === "[") this.items(pointer);
    else if (first === '"') this.string();
    else this.word();
    this.ranges.set(pointer, { start, end: this.at });
  }

  word() {
    for (const word of ["true", "false", "null"]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return;
      }
    }
    if (this.take(NUMBER) === null)
      throw this.wrong("a value is expected; text stands in double quotes");
  }

  /** @returns {string} */
  string() {
    const found = this.take(STRING);
    if (found === null)
      throw this.wrong(
        "this text does not end, or has a character that needs a backslash",
      );
    return JSON.parse(found);
  }

  /** @param {string} pointer */
  members(pointer) {
    this.list("}", () => {
      if (this.text[this.at] !== '"')
        throw this.wrong("a name in double quotes is expected");
      const name = this.string();
      this.skip();
      this.expect(":");
      this.skip();
      this.value(`${pointer}/${escaped(name)}`);
    });
  }

  /** @param {string} pointer */
  items(pointer) {
    let index = 0;
    this.list("]", () => {
      this.value(`${pointer}/${index}`);
      index += 1;
    });
  }

  /**
   * @param {string} end
   * @param {() => void} each
   */
  list(end, each) {
    this.at += 1;
    this.skip();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      each();
      this.skip();
      if (this.text[this.at] === end) break;
      this.expect(",", `a comma or ${end} is expected`);
      this.skip();
    }
    this.at += 1;
  }

  /**
   * @param {string} character
   * @param {string} [problem]
   */
  expect(character, problem = `${character} is expected`) {
    if (this.text[this.at] !== character) throw this.wrong(problem);
    this.at += 1;
  }
}

/**
 * Return *step* as a JSON pointer has it (RFC 6901, section 3).
 *
 * @param {string} step
 */
export function escaped(step) {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * Return what *pointer* names in *value*; undefined where that is nothing.
 *
 * @param {unknown} value
 * @param {string} pointer
 * @returns {unknown}
 */
export function at(value, pointer) {
  /** @type {any} */
  let found = value;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (
      found === null ||
      typeof found !== "object" ||
      !Object.hasOwn(found, name)
    )
      return undefined;
    found = found[name];
  }
  return found;
}

/**
 * Return *value* as text over several lines.
 *
 * @param {unknown} value
 */
export function pretty(value) {
  return JSON.stringify(value, null, 2) ?? "";
}

/**
 * Return a copy of *value* in which every part that *change* wants otherwise is replaced.
 *
 * @param {unknown} value
 * @param {(part: unknown) => unknown} change Returns undefined where a part stays as it is.
 * @returns {unknown}
 */
function replaced(value, change) {
  const other = change(value);
  if (other !== undefined) return other;
  if (Array.isArray(value)) return value.map((each) => replaced(each, change));
  if (value === null || typeof value !== "object") return value;
  const copy = Object.create(null);
  for (const [name, each] of Object.entries(value))
    copy[name] = replaced(each, change);
  return copy;
}

/**
 * Return *value* with the bytes that {"$binary": "base64"} stands for.
 *
 * @param {unknown} value
 */
export function withBytes(value) {
  return replaced(value, (part) => {
    if (
      part === null ||
      typeof part !== "object" ||
      Object.keys(part).join() !== "$binary"
    )
      return undefined;
    const text = /** @type {any} */ (part).$binary;
    try {
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
        .buffer;
    } catch {
      return undefined;
    }
  });
}

/**
 * Return how many bytes *value* is; null where it is no bytes.
 *
 * @param {unknown} value
 */
export function byteLength(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    return value.byteLength;
  return value instanceof Blob ? value.size : null;
}

/**
 * Return *value*, as it came, with bytes written as their number.
 *
 * @param {unknown} value
 */
export function withoutBytes(value) {
  return replaced(value, (part) => {
    const size = byteLength(part);
    return size === null ? undefined : { $binary: `${size} bytes` };
  });
}

/**
 * Return *bytes* as the console writes them.
 *
 * @param {ArrayBuffer} bytes
 */
export function written(bytes) {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return { $binary: btoa(text) };
}

/**
 * Return *value* with what *stand* returns in the place of bytes.
 *
 * @param {unknown} value
 * @param {(size: number) => unknown} stand
 */
export function replaceBytes(value, stand) {
  return replaced(value, (part) => {
    const size = byteLength(part);
    return size === null ? undefined : stand(size);
  });
}
