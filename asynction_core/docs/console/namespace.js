/** One namespace: its connection, the events to emit, and those that arrive. */

import { ArrivalsPanel } from "./arrivals.js";
import { Connection, describe } from "./connection.js";
import { button, element, fill, say } from "./dom.js";
import { EmitPanel } from "./emitting.js";
import { HandshakePanel } from "./handshake.js";
import { toFragment } from "./link.js";

/** @typedef {import("./types.js").ApiNamespace} ApiNamespace */

export class NamespaceView {
  /**
   * @param {ApiNamespace} api
   * @param {{origin: string, path: string}} endpoint
   * @param {import("./schemas.js").Schemas} schemas
   * @param {import("./log.js").Log} log
   * @param {() => void} changed
   */
  constructor(api, endpoint, schemas, log, changed) {
    this._api = api;
    this._log = log;
    this._changed = changed;
    this._lastState = "disconnected";
    this.connection = new Connection(api.name, endpoint, {
      changed: () => this._update(),
      arrived: (event, args, answer) =>
        this._arrivals.take(event, args, answer),
    });
    this._arrivals = new ArrivalsPanel(api, schemas, log);
    this._handshake = new HandshakePanel(api, this.connection, schemas);
    this._emit = new EmitPanel(api, this.connection, schemas, log);
    this._link = element("div", { class: "link", role: "status" });
    this.root = element(
      "div",
      { class: "namespace" },
      element(
        "div",
        { class: "title" },
        element("h3", {}, "Namespace ", element("code", {}, api.name)),
        button("Copy link", () => this._copyLink(), "quiet"),
      ),
      this._link,
      this._handshake.root,
      this._emit.root,
      this._arrivals.root,
    );
  }

  /** @param {import("./link.js").Form} form */
  restore(form) {
    this._handshake.restore(form.query);
    this._emit.restore(form);
  }

  _update() {
    const { state, transport, sid } = this.connection;
    if (state.name !== this._lastState && state.name !== "connecting") {
      const about =
        state.name === "connected" ? ` over ${transport}, sid ${sid}` : "";
      const note = describe(state) + about;
      this._log.add({
        kind: "state",
        namespace: this._api.name,
        event: "",
        args: state.data,
        note,
        problems: null,
      });
    }
    this._lastState = state.name;
    this._handshake.update();
    this._emit.update();
    this._changed();
  }

  /** Put the link where the reader can take it: into the address, and onto the clipboard. */
  async _copyLink() {
    const form = {
      namespace: this._api.name,
      query: this._handshake.query,
      ...this._emit.form,
    };
    history.replaceState(null, "", toFragment(form, this._handshake.secrets));
    try {
      await navigator.clipboard.writeText(location.href);
      say(this._link, "Copied. It holds no credentials, headers or auth.");
    } catch {
      const input = element("input", {
        readonly: true,
        value: location.href,
        "aria-label": "Link",
      });
      fill(
        this._link,
        "It is in the address, too; it holds no credentials, headers or auth. ",
        input,
      );
      input.select();
    }
  }
}
