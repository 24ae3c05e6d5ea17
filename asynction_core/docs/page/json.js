/** What JSON values are, one by one. */

/** @typedef {{[key: string]: unknown}} JsonObject */

/**
 * Tell whether *value* is an object, and no list.
 *
 * @param {unknown} value
 * @returns {value is JsonObject}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Return *value* if it is an object, else an empty one.
 *
 * @param {unknown} value
 * @returns {JsonObject}
 */
export function objectOf(value) {
  return isObject(value) ? value : {};
}

/**
 * Return the objects in *value*, if it is a list.
 *
 * @param {unknown} value
 * @returns {JsonObject[]}
 */
export function objectsIn(value) {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/**
 * Return the members of *value* that are objects, with their names.
 *
 * @param {unknown} value
 * @returns {[string, JsonObject][]}
 */
export function membersOf(value) {
  /** @type {[string, JsonObject][]} */
  const found = [];
  for (const [key, each] of Object.entries(objectOf(value)))
    if (isObject(each)) found.push([key, each]);
  return found;
}
