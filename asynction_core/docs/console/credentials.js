/** Where the credentials go that a reader gives, over what a browser can send. */

/** @typedef {import("./types.js").Credential} Credential */
/** @typedef {import("./types.js").Carrier} Carrier */

/**
 * @typedef {object} Given What goes into a handshake.
 * @property {Record<string, string>} query
 * @property {Record<string, string>} headers
 * @property {Record<string, string>} auth
 * @property {Record<string, string>} cookies
 */

/** @type {Record<string, string>} */
const KINDS = {
  basic: "user name and password",
  userPassword: "user name and password",
  X509: "client certificate",
  httpApiKey: "API key",
  apiKey: "API key",
};

/** @type {Record<string, string>} */
export const FIELDS = {
  token: "Token",
  key: "Key",
  username: "User name",
  password: "Password",
};

/**
 * Return what *credential* is, in words.
 *
 * @param {Credential} credential
 */
export function kindOf(credential) {
  const { type, format } = credential.schemes[0];
  return KINDS[type] ?? (format ? `bearer token (${format})` : "bearer token");
}

/**
 * Return what a carrier is called in a list of choices.
 *
 * @param {Carrier} carrier
 */
export function carrierLabel(carrier) {
  if (carrier.in === "auth")
    return carrier.name === null
      ? "auth.username, auth.password"
      : `auth.${carrier.name}`;
  if (carrier.in === "header")
    return `header ${carrier.name}${carrier.scheme ? `: ${carrier.scheme}` : ""}`;
  if (carrier.in === "query") return `query parameter ${carrier.name}`;
  return carrier.in === "cookie" ? `cookie ${carrier.name}` : "TLS";
}

/**
 * Return what a reader should know of a carrier; empty where there is nothing to say.
 *
 * @param {Carrier} carrier
 */
export function carrierNote(carrier) {
  if (carrier.in === "header") {
    return "A browser sends headers with long-polling only.";
  }
  if (carrier.in === "query") return "Query parameters end up in access logs.";
  if (carrier.in === "cookie") {
    return "Leave it empty to use the cookie that the browser has. One that is HttpOnly cannot be set from a page.";
  }
  return carrier.in === "tls"
    ? "The browser asks for the certificate itself, when it opens the connection."
    : "";
}

/**
 * Add a credential to *given*, where it belongs.
 *
 * @param {Given} given
 * @param {Carrier} carrier
 * @param {Record<string, string>} values What was typed, by field.
 */
export function carry(given, carrier, values) {
  if (Object.values(values).every((text) => !text)) return;
  const isPair = "username" in values;
  if (carrier.in === "tls") return;
  if (carrier.in === "auth" && isPair) {
    Object.assign(given.auth, values);
    return;
  }
  const text = isPair
    ? `${values.username}:${values.password}`
    : Object.values(values)[0];
  const places = {
    auth: given.auth,
    query: given.query,
    header: given.headers,
    cookie: given.cookies,
  };
  places[carrier.in][carrier.name ?? ""] =
    carrier.in === "header" ? headerValue(carrier, text) : text;
}

/**
 * @param {Carrier} carrier
 * @param {string} text
 */
function headerValue(carrier, text) {
  if (carrier.scheme === "Basic") {
    return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
  }
  return carrier.scheme ? `${carrier.scheme} ${text}` : text;
}

/**
 * Tell whether a query parameter of this name looks like a secret, which no link may hold.
 *
 * @param {string} name
 */
export function isSecret(name) {
  return /token|secret|passw|passphrase|api.?key|^key$|auth|credential|signature|session|jwt/i.test(
    name,
  );
}
