/** Traits, merged as each version says. */

import { isObject, objectsIn } from "./json.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * Return *target*, an operation or a message, with its traits: over it in 2.x, under it in 3.x.
 *
 * @param {JsonObject} target
 * @param {boolean} traitWins
 */
export function withTraits(target, traitWins) {
  const { traits, ...own } = target;
  const merged = objectsIn(traits).reduce(merge, traitWins ? own : {});
  return traitWins ? merged : merge(merged, own);
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
