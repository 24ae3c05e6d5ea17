/** The panel of events that arrive: how many came, and what is answered to those that ask. */

import { element, fill, freshId } from "./dom.js";
import { ArgumentsEditor } from "./editor.js";
import { withoutBytes } from "./json.js";

/** @typedef {import("./types.js").ApiEvent} ApiEvent */
/** @typedef {import("./types.js").ApiNamespace} ApiNamespace */

export class ArrivalsPanel {
  /**
   * @param {ApiNamespace} api
   * @param {import("./schemas.js").Schemas} schemas
   * @param {import("./log.js").Log} log
   */
  constructor(api, schemas, log) {
    this._namespace = api.name;
    this._schemas = schemas;
    this._log = log;
    /** @type {Map<string, Arrival>} */
    this._events = new Map(
      api.emitted.map((event) => [event.name, new Arrival(event, schemas)]),
    );
    const heading = freshId("arrivals");
    this.root = element(
      "section",
      { class: "card", "aria-labelledby": heading },
      element("h3", { id: heading }, "Listen"),
      this._events.size
        ? element(
            "ul",
            { class: "arrivals" },
            ...[...this._events.values()].map((each) => each.root),
          )
        : element(
            "p",
            { class: "note" },
            "The document has no event that arrives here.",
          ),
    );
  }

  /**
   * Take an event that has arrived: check it, log it, and answer it if it asks.
   *
   * @param {string} name
   * @param {unknown[]} args
   * @param {((...args: unknown[]) => void) | null} answer
   */
  take(name, args, answer) {
    const known = this._events.get(name);
    const problems = known
      ? this._schemas.checkArguments(known.event.arguments, args)
      : [{ pointer: "", message: "the document has no such event here" }];
    known?.count(problems.length > 0);
    this._record("arrived", name, args, problems, known ? "" : "undeclared");
    if (answer) this._answer(name, known, answer);
  }

  /**
   * @param {string} name
   * @param {Arrival | undefined} known
   * @param {(...args: unknown[]) => void} answer
   */
  _answer(name, known, answer) {
    const { args, problems } = known?.answer() ?? { args: [], problems: [] };
    if (args === null) {
      this._record(
        "answer",
        name,
        [],
        null,
        "not answered: what is to be sent is not JSON",
      );
      return;
    }
    answer(...args);
    this._record("answer", name, args, problems, "");
  }

  /**
   * @param {"arrived" | "answer"} kind
   * @param {string} event
   * @param {unknown[]} args
   * @param {import("./schemas.js").Problem[] | null} problems
   * @param {string} note
   */
  _record(kind, event, args, problems, note) {
    this._log.add({
      kind,
      namespace: this._namespace,
      event,
      args: withoutBytes(args),
      note,
      problems,
    });
  }
}

/** One event that may arrive. */
class Arrival {
  /**
   * @param {ApiEvent} event
   * @param {import("./schemas.js").Schemas} schemas
   */
  constructor(event, schemas) {
    this.event = event;
    this._came = 0;
    this._broke = 0;
    this._counts = element("span", { class: "counts" });
    const { acks, answer } = event;
    this._editor = acks?.length
      ? new ArgumentsEditor(
          acks[0],
          answer ? [answer] : [],
          (args) => schemas.checkAck(acks, args),
          () => this._editor?.read(),
        )
      : null;
    this._editor?.read();
    this.root = element(
      "li",
      {},
      element(
        "div",
        { class: "arrival" },
        element("span", { class: "name" }, event.name),
        this._counts,
      ),
      event.summary && element("p", { class: "summary" }, event.summary),
      this._editor &&
        element(
          "details",
          {},
          element("summary", {}, "Answer"),
          this._editor.root,
        ),
    );
    this._show();
  }

  /** @param {boolean} broken */
  count(broken) {
    this._came += 1;
    if (broken) this._broke += 1;
    this._show();
  }

  /** What to acknowledge it with. */
  answer() {
    return this._editor?.read() ?? { args: [], problems: [] };
  }

  _show() {
    fill(
      this._counts,
      this._came ? `${this._came}×` : "",
      this._broke > 0 &&
        element("span", { class: "bad" }, ` ${this._broke} broken`),
    );
  }
}
