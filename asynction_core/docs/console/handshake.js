/** The panel of a namespace's connection: what the handshake carries, and what became of it. */

import { CredentialFields } from "./credential-fields.js";
import { canSet, describe } from "./connection.js";
import { element, field, fill, freshId, say } from "./dom.js";
import { parse, pretty } from "./json.js";
import { ValueFields } from "./values.js";

/** @typedef {import("./types.js").ApiNamespace} ApiNamespace */
/** @typedef {import("./credentials.js").Given} Given */
/** @typedef {import("./connection.js").Connection} Connection */

const TRANSPORTS = [
  ["auto", "Automatic"],
  ["websocket", "Websocket"],
  ["polling", "Long-polling"],
];

export class HandshakePanel {
  /**
   * @param {ApiNamespace} api
   * @param {Connection} connection
   * @param {import("./schemas.js").Schemas} schemas
   */
  constructor(api, connection, schemas) {
    this._api = api;
    this._connection = connection;
    this._schemas = schemas;
    const check = () => this._check();
    this._query = new ValueFields("Query", "parameter", api.query, check);
    this._headers = new ValueFields("Headers", "header", api.headers, check);
    this._credentials = api.credentials.map(
      (each) => new CredentialFields(each, check),
    );
    this._auth = element("textarea", {
      rows: 3,
      spellcheck: "false",
      oninput: check,
      placeholder: '{"token": "…"}',
    });
    this._authProblem = element("p", {
      class: "problems",
      "aria-live": "polite",
    });
    this._transport = element(
      "select",
      { onchange: check },
      ...TRANSPORTS.map(([value, text]) => element("option", { value }, text)),
    );
    this._note = element("p", { class: "note" });
    this._submit = element("button", { class: "primary" }, "Connect");
    this._status = element("p", { class: "status", role: "status" });
    this._refusal = element("div", {});
    this.root = this._layout();
    this._check();
    this.update();
  }

  _layout() {
    const heading = freshId("connection");
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this._toggle();
    };
    return element(
      "section",
      { class: "card", "aria-labelledby": heading },
      element("h3", { id: heading }, "Connection"),
      element(
        "p",
        { class: "note" },
        securityText(this._api),
        methodText(this._api),
      ),
      element(
        "form",
        { onsubmit: submit, autocomplete: "off" },
        ...this._credentials.map((each) => each.root),
        foldable("Query", this._query.root, Boolean(this._api.query)),
        foldable("Headers", this._headers.root, Boolean(this._api.headers)),
        foldable(
          "Auth payload",
          element(
            "div",
            {},
            field("auth", this._auth, "JSON; credentials are added to it"),
            this._authProblem,
          ),
          false,
        ),
        field("Transport", this._transport),
        this._note,
        element("div", { class: "actions" }, this._submit),
      ),
      this._status,
      this._refusal,
    );
  }

  /** What a link may hold of the query. */
  get query() {
    return this._query.read();
  }

  /** @param {Record<string, string>} query */
  restore(query) {
    this._query.write(query);
    this._check();
  }

  /** Query parameters that carry credentials. */
  get secrets() {
    const carriers = this._api.credentials.flatMap((each) => each.carriers);
    return new Set(
      carriers
        .filter((each) => each.in === "query")
        .map((each) => each.name ?? ""),
    );
  }

  /** Show what the connection says of itself. */
  update() {
    const { state, transport, sid } = this._connection;
    const about =
      state.name === "connected" ? ` over ${transport}, sid ${sid}` : "";
    this._status.dataset.state = state.name;
    say(this._status, describe(state) + about);
    say(
      this._submit,
      state.name === "connected" || state.name === "connecting"
        ? "Disconnect"
        : "Connect",
    );
    fill(
      this._refusal,
      state.data !== undefined &&
        element(
          "pre",
          { tabindex: 0, "aria-label": "Data of the refusal" },
          pretty(state.data),
        ),
    );
  }

  _toggle() {
    const { name } = this._connection.state;
    if (name === "connected" || name === "connecting") {
      this._connection.close();
      return;
    }
    const given = this._check();
    const auth = this._readAuth(given.auth);
    if (auth === null) {
      this._auth.focus();
      return;
    }
    const transport = /** @type {import("./connection.js").Transport} */ (
      this._transport.value
    );
    this._connection.open(given, auth.value, transport);
  }

  /** Check what was typed, and return it. */
  _check() {
    /** @type {Given} */
    const given = {
      query: this._query.read(),
      headers: this._headers.read(),
      auth: {},
      cookies: {},
    };
    const unsettable = Object.keys(given.headers).filter(
      (name) => !canSet(name),
    );
    for (const name of unsettable) delete given.headers[name];
    for (const each of this._credentials) each.addTo(given);
    const { query, headers } = this._api;
    const { query: ownQuery, headers: ownHeaders } = given;
    this._query.show(query ? this._schemas.checkValues(query, ownQuery) : []);
    this._headers.show([
      ...unsettable.map((name) => ({
        pointer: `/${name}`,
        message: "a browser sets this header itself, or not at all",
      })),
      ...(headers ? this._schemas.checkValues(headers, ownHeaders) : []),
    ]);
    this._readAuth(given.auth);
    const forced =
      this._transport.value !== "polling" &&
      Object.keys(given.headers).length > 0;
    say(
      this._note,
      forced
        ? "A browser cannot send headers with a websocket: this connects with long-polling."
        : "",
    );
    return given;
  }

  /**
   * Return the auth payload with the credentials in it; null where it is not JSON.
   *
   * @param {Record<string, string>} credentials
   * @returns {{value: unknown} | null}
   */
  _readAuth(credentials) {
    const hasCredentials = Object.keys(credentials).length > 0;
    const text = this._auth.value.trim();
    this._auth.removeAttribute("aria-invalid");
    say(this._authProblem, "");
    try {
      const typed = text ? parse(text).value : undefined;
      if (!hasCredentials) return { value: typed };
      if (
        typed === undefined ||
        (typed !== null && typeof typed === "object" && !Array.isArray(typed))
      ) {
        return { value: { ...typed, ...credentials } };
      }
      throw new Error("the credentials need an object to be in");
    } catch (error) {
      this._auth.setAttribute("aria-invalid", "true");
      say(
        this._authProblem,
        error instanceof Error ? error.message : String(error),
      );
      return null;
    }
  }
}

/** @param {ApiNamespace} api */
function methodText({ method }) {
  const impossible = method !== null && method !== "GET";
  return impossible
    ? ` Its handshakes must be ${method}, and those of Socket.IO are GET.`
    : "";
}

/** @param {ApiNamespace} api */
function securityText({ security }) {
  if (!security.length) return "No credentials are asked for.";
  const ways = security.map(
    (each) => Object.keys(each).join(" and ") || "nothing",
  );
  return `Asks for ${ways.join(", or ")}.`;
}

/**
 * @param {string} title
 * @param {Element} content
 * @param {boolean} open
 */
function foldable(title, content, open) {
  return element("details", { open }, element("summary", {}, title), content);
}
