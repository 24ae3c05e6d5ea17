/** A document as AsyncAPI's component wants it: parsed, in its own words. */

import { isObject, link } from "./links.js";

/** @typedef {import("./links.js").JsonObject} JsonObject */

/** What only the server can use: dotted paths of its functions. */
const FUNCTIONS = /^x-(handlers?|\w+Func)$/;

/** Members that the component makes links of. */
const LINKS = new Set(
  "url termsOfService openIdConnectUrl authorizationUrl tokenUrl refreshUrl".split(" "),
);
const RUNNING = /^(javascript|data|vbscript|blob|file|filesystem):/i;

/**
 * Return *json*, a document that refers to nothing but itself, as the component takes it.
 *
 * @param {JsonObject} json
 * @returns {JsonObject}
 */
export function parsed(json) {
  const found = structuredClone(json);
  clean(found);
  link(found);
  const old = String(found.asyncapi).startsWith("2.");
  name(found);
  for (const each of operationsOf(found)) applyTraits(each, old);
  for (const message of messagesOf(found)) {
    applyTraits(message, old);
    message.title ??= message.name;
    if (isObject(message["x-ack"])) message["x-ack"] = asSchema(message["x-ack"].args);
  }
  delete found["x-external"];
  if (old) found.asyncapi = "2.6.0"; // the only one of which the component knows who publishes
  found["x-parser-spec-parsed"] = true;
  return found;
}

/**
 * Leave out what is nobody's business, and links that would run something.
 *
 * @param {object} root
 */
function clean(root) {
  const waiting = [root];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    for (const [key, each] of Object.entries(value)) {
      if (typeof each === "object" && each !== null) waiting.push(each);
      if (FUNCTIONS.test(key)) Reflect.deleteProperty(value, key);
      if (LINKS.has(key) && typeof each === "string" && runs(each))
        Reflect.set(value, key, "about:blank");
    }
  }
}

/**
 * Tell whether a link to *url* could run a script. Browsers pass over blanks and control characters.
 *
 * @param {string} url
 */
function runs(url) {
  return RUNNING.test(url.replace(/[\u0000-\u0020\u007f]/g, ""));
}

/**
 * Give channels and messages the names by which the component tells them apart.
 *
 * @param {JsonObject} root
 */
function name(root) {
  const components = isObject(root.components) ? root.components : {};
  for (const [key, channel] of entries(components.channels, root.channels)) {
    channel["x-parser-unique-object-id"] = key;
    for (const [id, message] of entries(channel.messages)) nameMessage(message, id);
  }
  for (const [id, message] of entries(components.messages)) nameMessage(message, id);
  for (const message of messagesOf(root)) nameMessage(message, "message");
}

/**
 * @param {JsonObject} message
 * @param {string} key
 */
function nameMessage(message, key) {
  message["x-parser-message-name"] ??= message.name ?? key;
  message["x-parser-unique-object-id"] ??= key;
}

/**
 * Yield the operations of *root*, of either version.
 *
 * @param {JsonObject} root
 * @returns {Generator<JsonObject>}
 */
function* operationsOf(root) {
  for (const [, channel] of entries(root.channels))
    for (const key of ["publish", "subscribe"]) if (isObject(channel[key])) yield channel[key];
  for (const [, operation] of entries(root.operations)) yield operation;
}

/**
 * Yield the messages of *root*, of either version, each once.
 *
 * @param {JsonObject} root
 * @returns {Set<JsonObject>}
 */
function messagesOf(root) {
  /** @type {Set<JsonObject>} */
  const found = new Set();
  /** @param {unknown} value */
  const add = (value) => {
    if (Array.isArray(value)) value.forEach(add);
    else if (isObject(value)) found.add(value);
  };
  const components = isObject(root.components) ? root.components : {};
  for (const [, message] of entries(components.messages)) add(message);
  for (const [, channel] of entries(root.channels))
    for (const [, message] of entries(channel.messages)) add(message);
  for (const { message, messages, reply } of operationsOf(root)) {
    add(isObject(message) && Array.isArray(message.oneOf) ? message.oneOf : message);
    add(messages);
    if (isObject(reply)) add(reply.messages);
  }
  return found;
}

/**
 * Merge the traits of *target* into it: over it in 2.x, under it in 3.x.
 *
 * @param {JsonObject} target
 * @param {boolean} traitWins
 */
function applyTraits(target, traitWins) {
  const traits = Array.isArray(target.traits) ? target.traits.filter(isObject) : [];
  delete target.traits;
  const own = { ...target };
  for (const trait of traits) Object.assign(target, merge(target, trait));
  if (!traitWins) Object.assign(target, merge(target, own));
}

/**
 * Return *low* with *high* over it.
 *
 * @param {JsonObject} low
 * @param {JsonObject} high
 * @returns {JsonObject}
 */
function merge(low, high) {
  const found = { ...low };
  for (const [key, value] of Object.entries(high)) {
    const below = found[key];
    const both = isObject(below) && isObject(value) && below !== value;
    found[key] = both ? merge(below, value) : value;
  }
  return found;
}

/**
 * Return *schema* with a type, by which the component knows that an extension holds a schema.
 *
 * @param {unknown} schema
 */
function asSchema(schema) {
  if (!isObject(schema)) return { type: ["any"], not: schema === false ? {} : undefined };
  return "type" in schema ? schema : { type: ["any"], ...schema };
}

/**
 * Yield the members of *maps* that are objects.
 *
 * @param {...unknown} maps
 * @returns {Generator<[string, JsonObject]>}
 */
function* entries(...maps) {
  for (const map of maps)
    if (isObject(map))
      for (const [key, value] of Object.entries(map)) if (isObject(value)) yield [key, value];
}
