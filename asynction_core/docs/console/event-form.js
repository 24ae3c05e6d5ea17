/** The form of one event: its arguments, and what was acknowledged. */

import { button, checkbox, element, field, fill, freshId, say } from "./dom.js";
import { ArgumentsEditor } from "./editor.js";
import { pretty, withoutBytes } from "./json.js";
import { refusalIn } from "./refusal.js";

/** @typedef {import("./types.js").ApiEvent} ApiEvent */
/** @typedef {import("./connection.js").Connection} Connection */

export class EventForm {
  /**
   * @param {string} namespace
   * @param {ApiEvent} event
   * @param {Connection} connection
   * @param {import("./schemas.js").Schemas} schemas
   * @param {import("./log.js").Log} log
   */
  constructor(namespace, event, connection, schemas, log) {
    this._namespace = namespace;
    this._event = event;
    this._connection = connection;
    this._schemas = schemas;
    this._log = log;
    this._asks = true;
    this._timeout = element("input", {
      type: "number",
      min: 0.1,
      step: "any",
      value: 10,
    });
    this._emit = button("Emit", () => this._send(), "primary");
    this._anyway = button("Send anyway", () => this._send(), "danger");
    this._why = element("p", { class: "note", id: freshId("why") });
    this._outcome = element("p", { class: "outcome", role: "status" });
    this._acked = element("div", {});
    this._emit.setAttribute("aria-describedby", this._why.id);
    this.editor = new ArgumentsEditor(
      event.arguments,
      event.examples ?? [],
      (args) => schemas.checkArguments(event.arguments, args),
      () => this.update(),
    );
    this.root = this._layout();
    this.update();
  }

  _layout() {
    const { name, summary, security } = this._event;
    return element(
      "div",
      {},
      element("h4", {}, name),
      summary && element("p", { class: "summary" }, summary),
      security.length > 0 &&
        element(
          "p",
          { class: "note" },
          `Asks for ${security.map(requirementText).join(", or ")}.`,
        ),
      this.editor.root,
      element(
        "div",
        { class: "options" },
        checkbox("Ask for an ack", true, (checked) => {
          this._asks = checked;
        }),
        field("Timeout", this._timeout, "seconds"),
      ),
      element("div", { class: "actions" }, this._emit, this._anyway),
      this._why,
      this._outcome,
      this._acked,
    );
  }

  /** What was typed, or the connection, has changed. */
  update() {
    if (!this.editor) return;
    const { args, problems } = this.editor.read();
    const connected = this._connection.isConnected;
    const broken = problems.length > 0;
    this._emit.disabled = !connected || args === null || broken;
    this._anyway.disabled = !connected || args === null;
    this._anyway.hidden = !broken || args === null;
    say(this._why, whyNot(connected, args !== null, broken));
  }

  async _send() {
    const { args, problems } = this.editor.read();
    if (args === null) return;
    this._record("sent", args, problems, "");
    fill(this._acked);
    if (!this._asks) {
      this._connection.emit(this._event.name, args);
      this._say("Emitted; no ack was asked for.", "");
      return;
    }
    const timeout = Math.max(0.1, Number(this._timeout.value) || 10);
    this._say("Waiting for the ack …", "");
    try {
      const { args: acked, took } = await this._connection.call(
        this._event.name,
        args,
        timeout * 1000,
      );
      this._showAck(acked, took);
    } catch (error) {
      const late = String(error).includes("timed out");
      const message = late
        ? `No ack within ${timeout} s.`
        : `No ack: ${error instanceof Error ? error.message : error}.`;
      this._say(message, "bad");
      this._log.add({
        kind: "state",
        namespace: this._namespace,
        event: this._event.name,
        args: [],
        note: message,
        problems: null,
      });
    }
  }

  /**
   * @param {unknown[]} acked
   * @param {number} took
   */
  _showAck(acked, took) {
    const { acks } = this._event;
    const problems = this._schemas.checkAck(acks, acked);
    const time = `${took < 10 ? took.toFixed(1) : Math.round(took)} ms`;
    const declared = acks !== null && !problems.length;
    const refusal = declared ? null : refusalIn(this._event.name, acked);
    if (refusal) {
      this._say(`Refused in ${time}: ${refusal}`, "bad");
      this._record("ack", acked, null, `refused, ${time}`);
      fill(this._acked, shown(acked));
      return;
    }
    const verdict =
      acks === null
        ? "the document declares none"
        : problems.length
          ? "it breaks its schema"
          : "it keeps its schema";
    this._say(
      `Acknowledged in ${time}: ${verdict}.`,
      acks === null ? "" : problems.length ? "bad" : "good",
    );
    this._record("ack", acked, acks === null ? null : problems, time);
    fill(
      this._acked,
      problems.length > 0 && problemList(problems),
      shown(acked),
    );
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  _say(text, kind) {
    this._outcome.dataset.verdict = kind;
    say(this._outcome, text);
  }

  /**
   * @param {"sent" | "ack"} kind
   * @param {unknown[]} args
   * @param {import("./schemas.js").Problem[] | null} problems
   * @param {string} note
   */
  _record(kind, args, problems, note) {
    this._log.add({
      kind,
      namespace: this._namespace,
      event: this._event.name,
      args: withoutBytes(args),
      note,
      problems,
    });
  }
}

/** @param {unknown[]} acked */
function shown(acked) {
  return element(
    "pre",
    { tabindex: 0, "aria-label": "Arguments of the ack" },
    acked.length
      ? acked.map((each) => pretty(withoutBytes(each))).join("\n")
      : "no argument",
  );
}

/**
 * @param {boolean} connected
 * @param {boolean} isJson
 * @param {boolean} broken
 */
function whyNot(connected, isJson, broken) {
  if (!isJson) return "What is not JSON cannot be sent.";
  if (!connected) return "Connect first.";
  return broken
    ? "This breaks the contract; a server that keeps it refuses the event."
    : "";
}

/** @param {import("./types.js").Requirement} requirement */
function requirementText(requirement) {
  const parts = Object.entries(requirement).map(([name, scopes]) =>
    scopes.length ? `${scopes.join(" ")} of ${name}` : name,
  );
  return parts.join(" and ") || "nothing";
}

/** @param {import("./schemas.js").Problem[]} problems */
export function problemList(problems) {
  return element(
    "ul",
    { class: "problems" },
    ...problems
      .slice(0, 8)
      .map(({ pointer, message }) =>
        element(
          "li",
          {},
          element("code", {}, pointer || "the arguments"),
          ` ${message}`,
        ),
      ),
  );
}
