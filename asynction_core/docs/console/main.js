/** Fills the console's section of the page, when it is first shown. */

import { button, element, field, fill, say } from "./dom.js";
import { fromFragment } from "./link.js";
import { LogView } from "./log-view.js";
import { NamespaceView } from "./namespace.js";
import { Schemas } from "./schemas.js";

/** @typedef {import("./types.js").Model} Model */

const MANY = 8; // namespaces: from here on, they can be filtered

/** @param {Model} model */
function endpointOf(model) {
  if (model.server)
    return { origin: new URL(model.server).origin, path: model.path };
  const name = model.path.slice(model.path.lastIndexOf("/") + 1);
  return { origin: location.origin, path: beside(`../${name}`).pathname };
}

/**
 * Return the URL of *name*, seen from the folder of the documentation. This module is in
 * assets/<hash>/console/ of that folder, wherever it is mounted.
 *
 * @param {string} name
 */
function beside(name) {
  return new URL(`../../../${name}`, import.meta.url);
}

/** @param {string} name */
async function load(name) {
  const answer = await fetch(beside(name));
  if (!answer.ok)
    throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

class Console {
  /**
   * @param {HTMLElement} section
   * @param {Model} model
   * @param {unknown} document
   */
  constructor(section, model, document) {
    this._model = model;
    this._endpoint = endpointOf(model);
    this._schemas = new Schemas(document);
    this._logView = new LogView();
    /** @type {Map<string, NamespaceView>} */
    this._views = new Map();
    this._current = element("div", { class: "current" });
    this._buttons = new Map(
      model.namespaces.map(({ name }) => [name, this._button(name)]),
    );
    fill(
      section,
      this._header(),
      element(
        "div",
        { class: "columns" },
        element("div", {}, this._navigation(), this._current),
        this._logView.root,
      ),
    );
    const [first] = model.namespaces;
    if (first) this.choose(first.name);
  }

  _header() {
    const { origin, path } = this._endpoint;
    return element(
      "header",
      {},
      element("h2", {}, "Console"),
      element(
        "p",
        { class: "note" },
        `${this._model.title} ${this._model.version} at `,
        element("code", {}, `${origin}${path}`),
      ),
    );
  }

  _navigation() {
    const items = [...this._buttons].map(([name, each]) => ({
      name,
      item: element("li", {}, each),
    }));
    const list = element("ul", {}, ...items.map(({ item }) => item));
    const filter = element("input", {
      type: "search",
      oninput: () => {
        for (const { name, item } of items)
          item.hidden = !name
            .toLowerCase()
            .includes(filter.value.toLowerCase());
      },
    });
    return element(
      "nav",
      { class: "namespaces", "aria-label": "Namespaces" },
      items.length > MANY && field("Find a namespace", filter),
      list,
    );
  }

  /** @param {string} name */
  _button(name) {
    const state = element("span", { class: "state" });
    const made = button("", () => this.choose(name));
    made.append(
      element("span", { class: "dot", "aria-hidden": "true" }),
      element("span", {}, name),
      state,
    );
    return made;
  }

  /** @param {string} name */
  choose(name) {
    const view = this._view(name);
    if (!view) return null;
    for (const [other, each] of this._buttons) {
      if (other === name) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    fill(this._current, view.root);
    return view;
  }

  /** @param {string} name */
  _view(name) {
    const api = this._model.namespaces.find((each) => each.name === name);
    if (!api) return null;
    const known = this._views.get(name);
    if (known) return known;
    const made = new NamespaceView(
      api,
      this._endpoint,
      this._schemas,
      this._logView.log,
      () => this._mark(name),
    );
    this._views.set(name, made);
    return made;
  }

  /** @param {string} name */
  _mark(name) {
    const state =
      this._views.get(name)?.connection.state.name ?? "disconnected";
    const each = this._buttons.get(name);
    if (!each) return;
    each.dataset.state = state;
    const text = each.querySelector(".state");
    if (text) say(text, state === "disconnected" ? "" : state);
  }

  /** Restore what the address says. */
  restore() {
    const form = fromFragment(location.hash);
    if (form) this.choose(form.namespace)?.restore(form);
  }
}

// taken before anything of the document is on the page, whose ids are its own
const section = document.getElementById("console");

/** @type {Promise<Console> | null} */
let started = null;

/** @param {HTMLElement} place */
async function start(place) {
  fill(place, element("p", { class: "note", role: "status" }, "Loading …"));
  const [model, document] = await Promise.all([
    load("console.json"),
    load("asyncapi.json"),
  ]);
  return new Console(place, model, document);
}

async function show() {
  if (!section || !location.hash.startsWith("#console")) return;
  try {
    started ??= start(section);
    (await started).restore();
  } catch (error) {
    started = null;
    const message = `The console cannot start: ${error instanceof Error ? error.message : error}`;
    fill(
      section,
      element("p", { class: "problems", role: "alert" }, message),
      button("Try again", show),
    );
  }
}

addEventListener("hashchange", show);
show();
