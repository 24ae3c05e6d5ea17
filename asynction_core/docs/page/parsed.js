/**
 * A document as AsyncAPI's component wants it: parsed, of version 3, and with an operation for each
 * event, so that each is in the table of contents.
 */

import { clean } from "./clean.js";
import { eventsOfThree, eventsOfTwo } from "./events.js";
import { isObject, membersOf, objectOf, objectsIn } from "./json.js";
import { link } from "./links.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./events.js").Event} Event */

const ID = "x-parser-unique-object-id";
const JSON_TYPE = "application/json";

/**
 * Return *json*, a document that refers to nothing but itself, as the component takes it.
 *
 * @param {JsonObject} json
 * @returns {{schema: JsonObject, limited: boolean}} and whether channels are limited to some servers
 */
export function parsed(json) {
  const root = structuredClone(json);
  clean(root);
  link(root);
  const old = String(root.asyncapi).startsWith("2.");
  const events = [...(old ? eventsOfTwo(root) : eventsOfThree(root))];
  const { schemas, securitySchemes } = objectOf(root.components);
  const servers = serversOf(root, old);
  const channels = channelsOf(root, servers);
  const schema = {
    asyncapi: "3.0.0",
    info: {
      tags: root.tags,
      externalDocs: root.externalDocs,
      ...objectOf(root.info),
    },
    servers,
    channels,
    operations: operationsOf(root, events, channels),
    components: {
      schemas: schemas ?? {},
      securitySchemes: securitySchemes ?? {},
    },
    "x-parser-spec-parsed": true,
  };
  return {
    schema,
    limited: membersOf(root.channels).some(([, each]) => each.servers),
  };
}

/**
 * @param {JsonObject} root
 * @param {boolean} old
 */
function serversOf(root, old) {
  /** @type {JsonObject} */
  const found = {};
  for (const [key, server] of membersOf(root.servers)) {
    const { url, security, ...rest } = server;
    const [, scheme, host, pathname] =
      /^(?:([\w+.-]+):\/\/)?([^/]*)(.*)$/s.exec(String(url ?? "")) ?? [];
    const address = old
      ? { host, pathname, protocol: rest.protocol ?? scheme }
      : {};
    found[key] = {
      ...rest,
      ...address,
      security: requirements(root, security),
    };
  }
  return found;
}

/**
 * @param {JsonObject} root
 * @param {JsonObject} servers
 */
function channelsOf(root, servers) {
  /** @type {JsonObject} */
  const found = {};
  const originals = objectOf(root.servers);
  for (const [key, channel] of membersOf(root.channels)) {
    const { publish, subscribe, messages, "x-security": _, ...rest } = channel;
    const names = Object.keys(originals).filter(
      (name) =>
        Array.isArray(rest.servers) &&
        (rest.servers.includes(name) || rest.servers.includes(originals[name])),
    );
    found[key] = {
      address: key,
      ...rest,
      servers: names.map((name) => servers[name]),
      [ID]: key,
    };
  }
  return found;
}

/**
 * @param {JsonObject} root
 * @param {Event[]} events
 * @param {JsonObject} channels
 */
function operationsOf(root, events, channels) {
  /** @type {JsonObject} */
  const found = {};
  for (const event of events) {
    const {
      action: _action,
      message: _message,
      messages: _messages,
      reply,
      ...rest
    } = event.operation;
    const channel = objectOf(channels[event.channel]);
    const original = objectOf(objectOf(root.channels)[event.channel]);
    const security = [
      ...requirements(root, original["x-security"]),
      ...requirements(root, rest.security),
    ];
    found[free(event, String(channel.address), found)] = {
      ...rest,
      action: event.received ? "receive" : "send",
      channel,
      messages: [messageOf(event)],
      security: security.length ? security : undefined,
    };
  }
  return found;
}

/**
 * Return a name for the operation of *event* that is not in *taken*: that of the event, if it can be.
 *
 * @param {Event} event
 * @param {string} address
 * @param {JsonObject} taken
 */
function free({ name, received }, address, taken) {
  const does = received ? "received" : "emitted";
  const names = [
    name,
    `${name} (${does})`,
    `${name} (${address})`,
    `${name} (${address}, ${does})`,
  ];
  const found = names.find((each) => each && !Object.hasOwn(taken, each));
  return found ?? `${name} (${address}, ${does}, ${Object.keys(taken).length})`;
}

/** @param {Event} event */
function messageOf({ message, name, acks }) {
  const { "x-ack": _, title, summary, contentType, ...rest } = message;
  const said = [title === name ? undefined : title, summary]
    .filter(Boolean)
    .join(": ");
  return {
    ...rest,
    name,
    title: name,
    ...(said && { summary: said }),
    ...(contentType !== JSON_TYPE && { contentType }),
    ...(acks.length && {
      "x-acknowledgement": asSchema(
        acks.length > 1 ? { oneOf: acks } : acks[0],
      ),
    }),
    [ID]: name,
  };
}

/**
 * Return security *required*, of either version, as a list of schemes with what is asked of each.
 *
 * @param {JsonObject} root
 * @param {unknown} required
 * @returns {JsonObject[]}
 */
function requirements(root, required) {
  const schemes = objectOf(objectOf(root.components).securitySchemes);
  return objectsIn(required).flatMap((each) => {
    if (typeof each.type === "string") return [each];
    return Object.entries(each)
      .filter(([name]) => isObject(schemes[name]))
      .map(([name, scopes]) => ({ ...objectOf(schemes[name]), scopes }));
  });
}

/**
 * Return *schema* with a type, by which the component knows that an extension holds a schema.
 *
 * @param {unknown} schema
 */
function asSchema(schema) {
  if (schema === false) return { type: "null" };
  if (!isObject(schema)) return { type: ["any"] };
  return "type" in schema ? schema : { type: ["any"], ...schema };
}
