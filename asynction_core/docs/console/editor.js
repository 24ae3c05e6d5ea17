/** An editor for the arguments of one event, checked against its schema while they are typed. */

import { checkbox, element, field, fill } from "./dom.js";
import { pretty, withBytes } from "./json.js";
import { counted } from "./schemas.js";
import { TextField } from "./text-field.js";

/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./schemas.js").Problem} Problem */
/** @typedef {import("./json.js").Range} Range */

/**
 * @typedef {object} Reading What the fields hold.
 * @property {unknown[] | null} args Null where a text is not JSON.
 * @property {Problem[]} problems
 */

export class ArgumentsEditor {
  /**
   * @param {Rule | null} rule
   * @param {unknown[][]} examples
   * @param {(args: unknown[]) => Problem[]} check
   * @param {() => void} changed
   */
  constructor(rule, examples, check, changed) {
    this._rule = rule;
    this._examples = examples;
    this._check = check;
    this._changed = changed;
    this._count = fixedCount(rule);
    /** @type {TextField[]} */
    this._fields = [];
    this._area = element("div", { class: "arguments" });
    this._general = element("ul", { class: "problems", "aria-live": "polite" });
    this.isList = this._count === null;
    this._listBox = checkbox(
      "Edit the arguments as one list",
      false,
      (checked) => this._arrange(checked, this._current()),
    );
    this.root = element(
      "div",
      {},
      this._chooser(),
      this._area,
      this._general,
      this._count !== null && this._listBox,
    );
    this._arrange(this.isList, this._firstExample());
  }

  /** @returns {Reading} */
  read() {
    const texts = this._fields.map((each) => each.read());
    const broken = texts.some((each) => each.error);
    const values = texts.map((each) => each.value);
    const args = this.isList ? values[0] : values;
    for (const [index, each] of texts.entries())
      this._fields[index].show(each.error ? [each.error.message] : []);
    if (broken) {
      fill(this._general);
      return { args: null, problems: [] };
    }
    if (!Array.isArray(args)) {
      const problem = {
        pointer: "",
        message: "the arguments must be a list: [ … ]",
      };
      this._place([problem], texts);
      return { args: null, problems: [problem] };
    }
    const sent = args.map(withBytes);
    const problems = this._check(sent);
    this._place(problems, texts);
    return { args: sent, problems };
  }

  /** The texts of the fields, as a link holds them. */
  get texts() {
    return this._fields.map((each) => each.text);
  }

  /**
   * Fill the fields with *texts*.
   *
   * @param {string[]} texts
   * @param {boolean} list Whether there is one text, of all arguments.
   */
  write(texts, list) {
    this._arrange(
      list || this._count === null || texts.length !== this._count,
      null,
      texts,
    );
  }

  focus() {
    this._fields[0]?.focus();
  }

  _chooser() {
    if (this._examples.length < 2) return null;
    const options = this._examples.map((_, index) =>
      element("option", { value: index }, `Example ${index + 1}`),
    );
    const select = element(
      "select",
      {
        onchange: () =>
          this._arrange(this.isList, this._examples[Number(select.value)]),
      },
      ...options,
    );
    return field("Example", select);
  }

  /**
   * Make the fields anew, with *args* or *texts* in them.
   *
   * @param {boolean} list
   * @param {unknown[] | null} args
   * @param {string[]} [texts]
   */
  _arrange(list, args, texts) {
    this.isList = list;
    /** @type {HTMLInputElement} */ (this._listBox.firstChild).checked = list;
    const count = list ? 1 : (this._count ?? 1);
    this._fields = Array.from({ length: count }, (_, index) => {
      const label = list
        ? "Arguments"
        : count === 1
          ? "Argument"
          : `Argument ${index + 1}`;
      const value = list ? (args ?? []) : args?.[index];
      const text = texts?.[index] ?? (value === undefined ? "" : pretty(value));
      return new TextField(
        label,
        list
          ? `JSON list, ${this._rule ? counted(this._rule) : "anything"}`
          : "JSON",
        text,
        Boolean(this._rule?.binary),
        this._changed,
      );
    });
    const none = this._fields.length
      ? []
      : [element("p", { class: "note" }, "It takes no argument.")];
    fill(this._area, ...none, ...this._fields.map((each) => each.root));
    this._changed();
  }

  _firstExample() {
    return this._examples[0] ?? null;
  }

  /** The arguments as they are, to be shown in the other way; the example's where they are no JSON. */
  _current() {
    const { args } = this.read();
    return args ?? this._firstExample();
  }

  /**
   * Show each problem at the field and the place that it is about.
   *
   * @param {Problem[]} problems
   * @param {{ranges: Map<string, Range>}[]} texts
   */
  _place(problems, texts) {
    /** @type {Problem[]} */
    const general = [];
    const byField = texts.map(() => /** @type {Problem[]} */ ([]));
    for (const problem of problems) {
      const [, first = "", ...rest] = problem.pointer.split("/");
      const index = this.isList ? 0 : Number(first);
      if (this.isList) byField[0].push(problem);
      else if (first && byField[index])
        byField[index].push({
          ...problem,
          pointer: rest.map((step) => `/${step}`).join(""),
        });
      else general.push(problem);
    }
    for (const [index, each] of byField.entries())
      this._fields[index].show(each, texts[index].ranges);
    fill(
      this._general,
      ...general.map(({ message }) => element("li", {}, message)),
    );
  }
}

/**
 * Return how many fields there are; null where the arguments are one list.
 *
 * @param {Rule | null} rule
 */
function fixedCount(rule) {
  if (rule === null) return null;
  if (!rule.spread) return rule.least;
  return rule.least === rule.most ? rule.least : null;
}
