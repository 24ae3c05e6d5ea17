/** Schemas of the document, compiled once each; they judge arguments, acks and handshakes. */

import { format, validate } from "../vendor/json-schema/index.js";
import { at, replaceBytes } from "./json.js";

/** @typedef {import("./types.js").Rule} Rule */
/** @typedef {import("./types.js").Values} Values */

/**
 * @typedef {object} Problem
 * @property {string} pointer A JSON pointer: into the list of the arguments, or into the values.
 * @property {string} message
 */

/** Half of a surrogate pair: as many of them as there are bytes stand for bytes. */
const BYTE = "\udfff";
const WRAPPED = new Set([
  "$ref",
  "$recursiveRef",
  "properties",
  "items",
  "prefixItems",
  "allOf",
  "anyOf",
  "oneOf",
]);
const MAPS = [
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
const SINGLE = [
  ...[
    "additionalProperties",
    "additionalItems",
    "items",
    "contains",
    "propertyNames",
    "not",
    "if",
  ],
  ...["then", "else", "unevaluatedItems", "unevaluatedProperties"],
];

// As on the server, formats are annotations: all but those that tell bytes from text.
for (const name of Object.keys(format)) delete format[name];
format.binary = (text) => text.startsWith(BYTE);
format.text = (text) => !text.startsWith(BYTE);

/** @type {Record<string, "4" | "7" | "2019-09" | "2020-12">} */
const DRAFTS = {
  "http://json-schema.org/draft-04/schema": "4",
  "http://json-schema.org/draft-06/schema": "7",
  "http://json-schema.org/draft-07/schema": "7",
  "https://json-schema.org/draft/2019-09/schema": "2019-09",
  "https://json-schema.org/draft/2020-12/schema": "2020-12",
};

export class Schemas {
  /** @param {unknown} document The bundled document: references lead from its root. */
  constructor(document) {
    /** @type {Map<unknown, any>} */
    this._prepared = new Map();
    const found = Object.create(null);
    this._lookup = new Proxy(found, {
      get: (_, reference) => {
        if (
          typeof reference === "string" &&
          reference.startsWith("#") &&
          !(reference in found)
        ) {
          found[reference] = this._prepare(
            at(document, unquoted(reference.slice(1))),
          );
        }
        return found[reference];
      },
    });
    this._document = document;
  }

  /**
   * Return what is wrong with *args* by *rule*; without a rule, nothing is.
   *
   * @param {Rule | null} rule
   * @param {unknown[]} args
   * @returns {Problem[]}
   */
  checkArguments(rule, args) {
    if (rule === null) return [];
    const count = args.length;
    if (count < rule.least || (rule.most !== null && count > rule.most)) {
      return [
        { pointer: "", message: `expected ${counted(rule)}, got ${count}` },
      ];
    }
    if (rule.spread) return this._check(rule, args, "");
    if (count === 0 || (rule.least === 0 && args[0] === null)) return [];
    return this._check(rule, args[0], "/0");
  }

  /**
   * Return what is wrong with an acknowledgement: nothing, where one of *rules* is kept.
   *
   * @param {Rule[] | null} rules
   * @param {unknown[]} args
   */
  checkAck(rules, args) {
    /** @type {Problem[]} */
    let problems = [];
    for (const rule of rules ?? []) {
      const found = this.checkArguments(rule, args);
      if (!found.length) return [];
      problems = problems.length ? problems : found;
    }
    return problems;
  }

  /**
   * Return what is wrong with the query, or the headers, of a handshake.
   *
   * @param {Values} values
   * @param {Record<string, string>} given
   */
  checkValues(values, given) {
    const declared = new Map(values.names.map((each) => [each.name, each]));
    /** @type {Record<string, unknown>} */
    const read = {};
    for (const [name, text] of Object.entries(given)) {
      const { types, items } = declared.get(name) ?? {
        types: values.others,
        items: [],
      };
      read[name] = types.includes("array")
        ? [coerced(text, items)]
        : coerced(text, types);
    }
    return this._check(values, read, "");
  }

  /**
   * @param {{schema: string, dialect: string}} rule
   * @param {unknown} value
   * @param {string} base
   * @returns {Problem[]}
   */
  _check(rule, value, base) {
    const schema = this._prepare(at(this._document, rule.schema));
    const shown = replaceBytes(value, (size) => BYTE.repeat(Math.max(1, size)));
    let outcome;
    try {
      outcome = validate(
        shown,
        schema,
        DRAFTS[rule.dialect] ?? "2020-12",
        this._lookup,
        false,
      );
    } catch (error) {
      return [
        {
          pointer: base,
          message: `cannot be checked here: ${String(error).split("\n", 1)[0]}`,
        },
      ];
    }
    return outcome.valid ? [] : problemsOf(outcome.errors, base);
  }

  /**
   * Return *schema* with a format for every string, so that bytes never pass for text.
   *
   * @param {any} schema
   * @returns {any}
   */
  _prepare(schema) {
    if (schema === null || typeof schema !== "object" || Array.isArray(schema))
      return schema;
    const known = this._prepared.get(schema);
    if (known) return known;
    const copy = { ...schema };
    this._prepared.set(schema, copy);
    const types = [schema.type].flat();
    if (types.includes("string"))
      copy.format = schema.format === "binary" ? "binary" : "text";
    else delete copy.format;
    this._prepareParts(schema, copy);
    return copy;
  }

  /**
   * @param {any} schema
   * @param {any} copy
   */
  _prepareParts(schema, copy) {
    for (const keyword of SINGLE)
      if (keyword in schema) copy[keyword] = this._prepare(schema[keyword]);
    for (const keyword of LISTS) {
      if (Array.isArray(schema[keyword]))
        copy[keyword] = schema[keyword].map((/** @type {any} */ each) =>
          this._prepare(each),
        );
    }
    for (const keyword of MAPS)
      if (keyword in schema) copy[keyword] = this._map(schema[keyword]);
  }

  /** @param {any} schemas */
  _map(schemas) {
    const copy = Object.create(null);
    for (const [name, each] of Object.entries(schemas ?? {}))
      copy[name] = this._prepare(each);
    return copy;
  }
}

/**
 * @param {{instanceLocation: string, keyword: string, error: string}[]} errors
 * @param {string} base
 * @returns {Problem[]}
 */
function problemsOf(errors, base) {
  const telling = errors.filter((each) => !WRAPPED.has(each.keyword));
  const found = new Map();
  for (const each of telling.length ? telling : errors) {
    const pointer = base + unquoted(each.instanceLocation.slice(1));
    const message = worded(each);
    found.set(`${pointer} ${message}`, { pointer, message });
  }
  return [...found.values()];
}

/** @param {{keyword: string, error: string}} error */
function worded({ keyword, error }) {
  if (keyword === "false") return "nothing is allowed here";
  if (keyword === "format") {
    return error.includes('"binary"')
      ? "binary data is expected"
      : "text is expected, not binary data";
  }
  const type = /^Instance type "(\w+)" is invalid\. Expected "(.*)"\.$/.exec(
    error,
  );
  if (type)
    return `is ${type[1]}, expected ${type[2].replaceAll('", "', " or ")}`;
  const text = error
    .replace(/^Instance /, "")
    .replace(/\.$/, "")
    .replace(/\s+/g, " ");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** @param {string} fragment */
function unquoted(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** @param {Rule} rule */
export function counted({ least, most }) {
  if (most === null) return `at least ${least} arguments`;
  if (least === most) return `${least} argument${least === 1 ? "" : "s"}`;
  return least === 0 && most === 1
    ? "no argument"
    : `${least} to ${most} arguments`;
}

const NUMBER =
  /^-?(?:0|[1-9][0-9]{0,99})(?:\.[0-9]{1,100})?(?:[eE][-+]?[0-9]{1,3})?$/;

/**
 * Return *text* as the JSON type that *types* ask for, as the server reads it.
 *
 * @param {string} text
 * @param {string[]} types
 */
function coerced(text, types) {
  if (types.includes("string")) return text;
  if (
    NUMBER.test(text) &&
    (types.includes("integer") || types.includes("number"))
  )
    return Number(text);
  if (types.includes("boolean") && (text === "true" || text === "false"))
    return text === "true";
  return types.includes("null") && (text === "" || text === "null")
    ? null
    : text;
}
