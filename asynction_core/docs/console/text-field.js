/** A text of JSON, with what is wrong with it under it. */

import { button, element, field, fill, freshId } from "./dom.js";
import { NotJson, parse, written } from "./json.js";

/** @typedef {import("./schemas.js").Problem} Problem */
/** @typedef {import("./json.js").Range} Range */

const MOST_SHOWN = 8;

export class TextField {
  /**
   * @param {string} label
   * @param {string} hint
   * @param {string} text
   * @param {boolean} takesFiles
   * @param {() => void} changed
   */
  constructor(label, hint, text, takesFiles, changed) {
    this._changed = changed;
    this._problems = element("ul", {
      class: "problems",
      id: freshId("problems"),
      "aria-live": "polite",
    });
    this._input = element("textarea", {
      spellcheck: "false",
      autocapitalize: "off",
      "aria-describedby": this._problems.id,
      oninput: () => this._typed(),
    });
    this.root = element(
      "div",
      {},
      field(label, this._input, hint),
      this._problems,
      takesFiles && this._filePicker(label),
    );
    this.text = text;
  }

  get text() {
    return this._input.value;
  }

  set text(text) {
    this._input.value = text;
    this._fit();
  }

  /** @returns {{value: unknown, ranges: Map<string, Range>, error: NotJson | null}} */
  read() {
    try {
      return { ...parse(this.text), error: null };
    } catch (error) {
      const known =
        error instanceof NotJson ? error : new NotJson(String(error), "", 0);
      return { value: undefined, ranges: new Map(), error: known };
    }
  }

  /**
   * @param {(string | Problem)[]} problems
   * @param {Map<string, Range>} [ranges]
   */
  show(problems, ranges) {
    this._input.setAttribute("aria-invalid", String(problems.length > 0));
    const items = problems.slice(0, MOST_SHOWN).map((each) => {
      if (typeof each === "string") return element("li", {}, each);
      const range = ranges?.get(each.pointer);
      const place = each.pointer || "the value";
      return element(
        "li",
        {},
        range
          ? button(place, () => this._select(range), "place")
          : element("code", {}, place),
        ` ${each.message}`,
      );
    });
    const more = problems.length - items.length;
    fill(
      this._problems,
      ...items,
      more > 0 && element("li", {}, `… and ${more} more`),
    );
  }

  focus() {
    this._input.focus();
  }

  /** @param {Range} range */
  _select({ start, end }) {
    this._input.focus();
    this._input.setSelectionRange(start, end);
  }

  _typed() {
    this._fit();
    this._changed();
  }

  _fit() {
    this._input.rows = Math.min(16, Math.max(2, this.text.split("\n").length));
  }

  /** @param {string} label */
  _filePicker(label) {
    const input = element("input", {
      type: "file",
      onchange: () => this._insert(input.files?.[0]),
    });
    return field(
      `File for ${label.toLowerCase()}`,
      input,
      "takes the place of the selected text, or of all of it",
    );
  }

  /** @param {File | undefined} file */
  async _insert(file) {
    if (!file) return;
    const bytes = JSON.stringify(written(await file.arrayBuffer()));
    const { selectionStart: start, selectionEnd: end } = this._input;
    this.text =
      start === end
        ? bytes
        : this.text.slice(0, start) + bytes + this.text.slice(end);
    this._changed();
  }
}
