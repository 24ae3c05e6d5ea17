/** The log as it is shown. */

import { button, checkbox, element, field, freshId, say } from "./dom.js";
import { problemList } from "./event-form.js";
import { Log } from "./log.js";

/** @typedef {import("./log.js").Entry} Entry */

const KINDS = [
  ["", "Everything"],
  ["arrived", "Arrived"],
  ["sent", "Sent"],
  ["ack", "Acks received"],
  ["answer", "Acks sent"],
  ["state", "Connection"],
];
const NAMES = {
  arrived: "arrived",
  sent: "sent",
  ack: "ack",
  answer: "answered",
  state: "",
};
const SHOWN = 20_000; // characters of one entry: more of them would be slow, and nobody reads them

export class LogView {
  constructor() {
    this.log = new Log(() => this._schedule());
    /** @type {Map<number, HTMLElement>} */
    this._items = new Map();
    this._filter = { text: "", kind: "", onlyBroken: false };
    this._scheduled = false;
    this._list = element("ol", { class: "entries" });
    this._count = element("p", { class: "note", role: "status" });
    this._pause = button("Pause", () => this.log.pause(!this.log.isPaused));
    this.root = this._layout();
    this._render();
  }

  _layout() {
    const heading = freshId("log");
    const text = element("input", {
      type: "search",
      oninput: () => this._narrow({ text: text.value }),
    });
    const kind = element(
      "select",
      { onchange: () => this._narrow({ kind: kind.value }) },
      ...KINDS.map(([value, label]) => element("option", { value }, label)),
    );
    return element(
      "section",
      { class: "card log", "aria-labelledby": heading },
      element("h3", { id: heading }, "Log"),
      element(
        "div",
        { class: "filters" },
        field("Filter", text),
        field("Show", kind),
      ),
      element(
        "div",
        { class: "actions" },
        checkbox("Broken only", false, (onlyBroken) =>
          this._narrow({ onlyBroken }),
        ),
        this._pause,
        button("Clear", () => this.log.clear()),
        button("Export JSON", () => this._export()),
      ),
      this._count,
      element(
        "div",
        {
          class: "scroll",
          tabindex: 0,
          role: "region",
          "aria-label": "Entries of the log",
        },
        this._list,
      ),
    );
  }

  /** @param {Partial<import("./log.js").Filter>} change */
  _narrow(change) {
    Object.assign(this._filter, change);
    this._schedule();
  }

  /** Render soon: once for all that happens until then. */
  _schedule() {
    if (this._scheduled) return;
    this._scheduled = true;
    setTimeout(() => {
      this._scheduled = false;
      this._render();
    }, 50);
  }

  _render() {
    const shown = this.log.shown(this._filter);
    const items = new Map(
      shown.map((entry) => [
        entry.id,
        this._items.get(entry.id) ?? entryItem(entry),
      ]),
    );
    this._items = items;
    syncChildren(this._list, [...items.values()]);
    this._pause.setAttribute("aria-pressed", String(this.log.isPaused));
    say(this._pause, this.log.isPaused ? "Resume" : "Pause");
    say(this._count, this._summary(shown.length));
  }

  /** @param {number} shown */
  _summary(shown) {
    const { entries, dropped, waiting, isPaused, most } = this.log;
    if (!entries.length && !isPaused) return "Nothing yet.";
    const parts = [`${shown} of ${entries.length} shown`];
    if (isPaused) parts.push(`paused, ${waiting} waiting`);
    if (dropped) parts.push(`${dropped} dropped, the newest ${most} are kept`);
    return `${parts.join("; ")}.`;
  }

  _export() {
    const url = URL.createObjectURL(
      new Blob([this.log.exported()], { type: "application/json" }),
    );
    element("a", { href: url, download: "socketio-log.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/**
 * Make *wanted* the children of *list*, and touch only those that differ: what is selected, open
 * or focused stays so.
 *
 * @param {Element} list
 * @param {Element[]} wanted
 */
function syncChildren(list, wanted) {
  const keep = new Set(wanted);
  for (const child of [...list.children]) if (!keep.has(child)) child.remove();
  let at = list.firstElementChild;
  for (const child of wanted) {
    if (child === at) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
}

/** @param {Entry} entry */
function entryItem(entry) {
  const { kind, namespace, event, note, problems, time } = entry;
  const verdict = problems === null ? "" : problems.length ? "bad" : "good";
  return element(
    "li",
    { class: `entry ${kind}`, "data-verdict": verdict },
    element(
      "div",
      { class: "line" },
      element("time", { datetime: time.toISOString() }, clock(time)),
      NAMES[kind] && element("span", { class: "kind" }, NAMES[kind]),
      event && element("span", { class: "name" }, event),
      element("span", { class: "namespace" }, namespace),
      note && element("span", { class: "hint" }, note),
      verdict &&
        element(
          "span",
          { class: `badge ${verdict}` },
          verdict === "good" ? "valid" : "breaks the contract",
        ),
    ),
    problems !== null && problems.length > 0 && problemList(problems),
    argumentsOf(entry),
  );
}

/** @param {Entry} entry */
function argumentsOf({ args, kind }) {
  if (
    kind === "state" &&
    (args === undefined || (Array.isArray(args) && !args.length))
  )
    return null;
  const text =
    Array.isArray(args) && kind !== "state"
      ? args.map((each) => JSON.stringify(each)).join(", ")
      : JSON.stringify(args);
  if (!text) return element("code", { class: "none" }, "no argument");
  const cut =
    text.length > SHOWN
      ? `${text.slice(0, SHOWN)} … (${text.length} characters)`
      : text;
  return element("code", { class: "value" }, cut);
}

/** @param {Date} time */
function clock(time) {
  return time.toISOString().slice(11, 23);
}
