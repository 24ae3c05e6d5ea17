/** The fields of one credential, and where it goes. */

import {
  carrierLabel,
  carrierNote,
  carry,
  FIELDS,
  kindOf,
} from "./credentials.js";
import { element, field, say } from "./dom.js";
import { textInput } from "./values.js";

/** @typedef {import("./credentials.js").Given} Given */

export class CredentialFields {
  /**
   * @param {import("./types.js").Credential} credential
   * @param {() => void} changed
   */
  constructor(credential, changed) {
    this._carriers = credential.carriers;
    const choose = () => {
      say(this._note, carrierNote(this._carrier));
      changed();
    };
    this._inputs = credential.fields.map((name) => ({
      name,
      input: textInput(name !== "username", changed),
    }));
    this._place = element(
      "select",
      { onchange: choose },
      ...this._carriers.map((each, index) =>
        element("option", { value: index }, carrierLabel(each)),
      ),
    );
    this._note = element("p", { class: "note" });
    const names = credential.schemes.map((each) => each.name).join(", ");
    this.root = element(
      "fieldset",
      {},
      element(
        "legend",
        {},
        `Credentials: ${names} `,
        element("span", { class: "hint" }, kindOf(credential)),
      ),
      ...this._inputs.map(({ name, input }) =>
        field(FIELDS[name] ?? name, input),
      ),
      field("Sent in", this._place),
      this._note,
    );
    say(this._note, carrierNote(this._carrier));
  }

  get _carrier() {
    return this._carriers[Number(this._place?.value ?? 0)];
  }

  /** @param {Given} given */
  addTo(given) {
    const values = Object.fromEntries(
      this._inputs.map(({ name, input }) => [name, input.value]),
    );
    carry(given, this._carrier, values);
  }
}
