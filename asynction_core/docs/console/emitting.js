/** The panel from which events are emitted. */

import { button, element, fill, freshId } from "./dom.js";
import { EventForm } from "./event-form.js";

/** @typedef {import("./types.js").ApiEvent} ApiEvent */
/** @typedef {import("./types.js").ApiNamespace} ApiNamespace */
/** @typedef {import("./connection.js").Connection} Connection */

export class EmitPanel {
  /**
   * @param {ApiNamespace} api
   * @param {Connection} connection
   * @param {import("./schemas.js").Schemas} schemas
   * @param {import("./log.js").Log} log
   */
  constructor(api, connection, schemas, log) {
    this._api = api;
    /** @type {Map<string, EventForm>} */
    this._forms = new Map();
    this._make = (/** @type {ApiEvent} */ event) =>
      new EventForm(api.name, event, connection, schemas, log);
    this._detail = element("div", { class: "detail" });
    this._buttons = new Map(
      api.received.map((event) => [
        event.name,
        eventButton(event, () => this.choose(event.name)),
      ]),
    );
    this._chosen = "";
    const heading = freshId("emit");
    this.root = element(
      "section",
      { class: "card", "aria-labelledby": heading },
      element("h3", { id: heading }, "Emit"),
      api.received.length
        ? element(
            "div",
            { class: "events" },
            element(
              "ul",
              { class: "event-list", "aria-label": "Events" },
              ...[...this._buttons.values()].map((each) =>
                element("li", {}, each),
              ),
            ),
            this._detail,
          )
        : element("p", { class: "note" }, "This namespace receives no events."),
    );
    if (api.received.length) this.choose(api.received[0].name);
  }

  /** @param {string} name */
  choose(name) {
    const event = this._api.received.find((each) => each.name === name);
    if (!event) return;
    this._chosen = name;
    for (const [other, item] of this._buttons)
      item.setAttribute("aria-pressed", String(other === name));
    const form = this._forms.get(name) ?? this._make(event);
    this._forms.set(name, form);
    form.update();
    fill(this._detail, form.root);
  }

  /** What a link holds of this panel. */
  get form() {
    const editor = this._forms.get(this._chosen)?.editor;
    return {
      event: this._chosen,
      args: editor?.texts ?? null,
      list: editor?.isList ?? false,
    };
  }

  /** @param {import("./link.js").Form} form */
  restore({ event, args, list }) {
    this.choose(event);
    if (args && this._chosen === event)
      this._forms.get(event)?.editor.write(args, list);
  }

  /** The connection has changed. */
  update() {
    this._forms.get(this._chosen)?.update();
  }
}

/**
 * @param {ApiEvent} event
 * @param {() => void} choose
 */
function eventButton(event, choose) {
  const made = button(event.name, choose, "event");
  made.setAttribute("aria-pressed", "false");
  if (event.acks !== null)
    made.append(" ", element("span", { class: "badge" }, "ack"));
  return made;
}
