/**
 * References become what they refer to: the same object in every place, so that a document stays
 * as large as it is, and recursion is a circle.
 */

import { isObject } from "./json.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */

/** Members that hold data: what looks like a reference there is none. */
const DATA = new Set(["const", "default", "enum", "example", "examples"]);

/** Members that map names to objects: no name in them is a keyword. */
const NAMED = new Set(
  [
    "properties patternProperties $defs definitions dependentSchemas dependencies",
    "channels messages operations parameters servers variables schemas securitySchemes",
    "messageTraits operationTraits serverVariables correlationIds channelBindings",
    "messageBindings operationBindings serverBindings replies replyAddresses externalDocs tags",
  ]
    .join(" ")
    .split(" "),
);

/** Extensions that hold what AsyncAPI describes; what others hold is anybody's. */
const KNOWN_EXTENSIONS = new Set([
  "x-ack",
  "x-security",
  "x-messageAcks",
  "x-external",
]);

/**
 * Put what they refer to in the place of all references in *root*, which is changed.
 *
 * @param {JsonObject} root
 */
export function link(root) {
  /** @type {[object, boolean][]} */
  const waiting = [[root, false]];
  const seen = new Set();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [holder, named] = next;
    if (seen.has(holder)) continue;
    seen.add(holder);
    for (const key of Object.keys(holder)) {
      if (!named && !Array.isArray(holder) && isClosed(key)) continue;
      const value = Reflect.get(holder, key);
      const linked = follow(root, value);
      if (linked !== value) Reflect.set(holder, key, linked);
      if (typeof linked === "object" && linked !== null)
        waiting.push([
          linked,
          !named &&
            !Array.isArray(holder) &&
            NAMED.has(key) &&
            isObject(linked),
        ]);
    }
  }
}

/** @param {string} key */
function isClosed(key) {
  return (
    DATA.has(key) ||
    key === "__proto__" ||
    (key.startsWith("x-") && !KNOWN_EXTENSIONS.has(key))
  );
}

/**
 * Return what *value* refers to in the end: itself, if it is no reference or leads nowhere.
 *
 * @param {JsonObject} root
 * @param {unknown} value
 */
function follow(root, value) {
  const seen = new Set();
  let found = value;
  while (
    isObject(found) &&
    typeof found.$ref === "string" &&
    !seen.has(found)
  ) {
    seen.add(found);
    const target = lookUp(root, found.$ref);
    if (target === undefined) return found;
    const { $ref: _, ...beside } = found;
    found =
      isObject(target) && Object.keys(beside).length
        ? { ...target, ...beside }
        : target;
  }
  return found;
}

/**
 * Return what stands where *reference* points to in *root*.
 *
 * @param {JsonObject} root
 * @param {string} reference
 */
function lookUp(root, reference) {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined;
  /** @type {unknown} */
  let value = root;
  for (const step of decodeURIComponent(reference).split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (
      typeof value !== "object" ||
      value === null ||
      !Object.hasOwn(value, key)
    )
      return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
