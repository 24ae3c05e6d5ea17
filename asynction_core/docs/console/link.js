/** Links that restore the form. They never hold a credential, headers or the auth payload. */

import { isSecret } from "./credentials.js";

/**
 * @typedef {object} Form
 * @property {string} namespace
 * @property {string} event
 * @property {string[] | null} args The texts of the fields; null for the example's.
 * @property {boolean} list Whether all arguments are one text.
 * @property {Record<string, string>} query
 */

/**
 * Return *form* as the fragment of a link.
 *
 * @param {Form} form
 * @param {Set<string>} secrets Query parameters that carry credentials.
 */
export function toFragment(form, secrets) {
  const found = new URLSearchParams({ namespace: form.namespace });
  if (form.event) found.set("event", form.event);
  if (form.list) found.set("list", "1");
  for (const text of form.args ?? []) found.append("arg", text);
  for (const [name, value] of Object.entries(form.query)) {
    if (value && !secrets.has(name) && !isSecret(name))
      found.set(`query.${name}`, value);
  }
  return `#console?${found}`;
}

/**
 * Return the form in *fragment*; null where it is no link of the console's.
 *
 * @param {string} fragment
 * @returns {Form | null}
 */
export function fromFragment(fragment) {
  if (!fragment.startsWith("#console?")) return null;
  const found = new URLSearchParams(fragment.slice("#console?".length));
  /** @type {Record<string, string>} */
  const query = Object.create(null);
  for (const [name, value] of found)
    if (name.startsWith("query.")) query[name.slice(6)] = value;
  const args = found.getAll("arg");
  return {
    namespace: found.get("namespace") ?? "",
    event: found.get("event") ?? "",
    args: args.length ? args : null,
    list: found.get("list") === "1",
    query,
  };
}
