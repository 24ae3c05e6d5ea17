/** Fields for the query, or the headers, of a handshake: those declared, and any other. */

import { isSecret } from "./credentials.js";
import { button, element, field, fill } from "./dom.js";

/** @typedef {import("./types.js").Values} Values */

export class ValueFields {
  /**
   * @param {string} title
   * @param {string} one What one of them is called.
   * @param {Values | null} declared
   * @param {() => void} changed
   */
  constructor(title, one, declared, changed) {
    this._one = one;
    this._changed = changed;
    /** @type {Map<string, HTMLInputElement>} */
    this._declared = new Map();
    /** @type {{name: HTMLInputElement, value: HTMLInputElement}[]} */
    this._others = [];
    this._problems = element("ul", {
      class: "problems",
      "aria-live": "polite",
    });
    const rows = (declared?.names ?? []).map((each) => this._row(each));
    this._more = element("div", { class: "rows" });
    this.root = element(
      "fieldset",
      {},
      element("legend", {}, title),
      ...rows,
      this._more,
      this._problems,
      button(`Add ${one}`, () => this.add("", "").name.focus(), "quiet"),
    );
  }

  /** @param {import("./types.js").DeclaredName} declared */
  _row({ name, types, required }) {
    const input = textInput(isSecret(name), this._changed);
    if (required) input.setAttribute("aria-required", "true");
    this._declared.set(name, input);
    const kind =
      types.length && types.join() !== "string" ? types.join(" or ") : "";
    return field(
      name,
      input,
      [required ? "required" : "", kind].filter(Boolean).join(", "),
    );
  }

  /**
   * Add a row for a value that is not declared.
   *
   * @param {string} name
   * @param {string} value
   */
  add(name, value) {
    const row = {
      name: textInput(false, this._changed),
      value: textInput(isSecret(name), this._changed),
    };
    row.name.value = name;
    row.value.value = value;
    row.name.setAttribute("aria-label", `Name of the ${this._one}`);
    row.value.setAttribute("aria-label", `Value of the ${this._one}`);
    const line = element("div", { class: "row" }, row.name, row.value);
    const remove = button(
      "Remove",
      () => {
        this._others.splice(this._others.indexOf(row), 1);
        line.remove();
        this._changed();
      },
      "quiet",
    );
    line.append(remove);
    this._others.push(row);
    this._more.append(line);
    return row;
  }

  /** Return what was typed, by name; what is empty is not sent. */
  read() {
    /** @type {Record<string, string>} */
    const found = Object.create(null);
    for (const [name, input] of this._declared)
      if (input.value) found[name] = input.value;
    for (const { name, value } of this._others)
      if (name.value) found[name.value] = value.value;
    return found;
  }

  /**
   * Fill the fields.
   *
   * @param {Record<string, string>} values
   */
  write(values) {
    for (const [name, value] of Object.entries(values)) {
      const input = this._declared.get(name);
      if (input) input.value = value;
      else this.add(name, value);
    }
  }

  /** @param {import("./schemas.js").Problem[]} problems */
  show(problems) {
    fill(
      this._problems,
      ...problems.map(({ pointer, message }) =>
        element(
          "li",
          {},
          pointer && element("code", {}, pointer),
          ` ${message}`,
        ),
      ),
    );
  }
}

/**
 * @param {boolean} secret
 * @param {() => void} changed
 */
export function textInput(secret, changed) {
  return element("input", {
    type: secret ? "password" : "text",
    autocomplete: secret ? "new-password" : "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: changed,
  });
}
