/** The events of a document, of either version. */

import { isObject, membersOf, objectOf, objectsIn } from "./json.js";
import { withTraits } from "./traits.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * An event: a message of an operation of a channel.
 *
 * @typedef {object} Event
 * @property {string} channel the channel's key
 * @property {boolean} received by the server
 * @property {JsonObject} operation
 * @property {JsonObject} message
 * @property {string} name
 * @property {unknown[]} acks the schemas of its acknowledgement, any of which may hold
 */

/**
 * Yield the events of *root*, whose references are linked, from 2.x.
 *
 * @param {JsonObject} root
 * @returns {Generator<Event>}
 */
export function* eventsOfTwo(root) {
  for (const [channel, item] of membersOf(root.channels)) {
    for (const key of ["publish", "subscribe"]) {
      if (!isObject(item[key])) continue;
      const operation = withTraits(item[key], true);
      const { message: found } = operation;
      const messages =
        isObject(found) && "oneOf" in found
          ? objectsIn(found.oneOf)
          : [objectOf(found)];
      for (const each of messages) {
        const message = withTraits(each, true);
        const name = String(message.name ?? "");
        yield {
          channel,
          received: key === "publish",
          operation,
          message,
          name,
          acks: acksOf(message),
        };
      }
    }
  }
}

/**
 * Yield the events of *root*, whose references are linked, from 3.x.
 *
 * @param {JsonObject} root
 * @returns {Generator<Event>}
 */
export function* eventsOfThree(root) {
  const channels = membersOf(root.channels);
  for (const [, each] of membersOf(root.operations)) {
    const operation = withTraits(each, false);
    const found = channels.find(([, item]) => item === operation.channel);
    if (!found) continue;
    const named = membersOf(found[1].messages);
    const chosen =
      "messages" in operation
        ? objectsIn(operation.messages)
        : named.map(([, item]) => item);
    const received = operation.action === "receive";
    for (const item of chosen) {
      const message = withTraits(item, false);
      const key = named.find(([, other]) => other === item)?.[0];
      const name = String(message.name ?? key ?? "");
      const acks = isObject(operation.reply)
        ? repliesOf(operation.reply)
        : acksOf(message);
      yield { channel: found[0], received, operation, message, name, acks };
    }
  }
}

/** @param {JsonObject} message */
function acksOf(message) {
  const ack = message["x-ack"];
  return isObject(ack) && "args" in ack ? [ack.args] : [];
}

/** @param {JsonObject} reply */
function repliesOf(reply) {
  const { messages } = objectOf(reply.channel);
  const found =
    "messages" in reply
      ? objectsIn(reply.messages)
      : membersOf(messages).map(([, each]) => each);
  return found.map((each) => withTraits(each, false).payload ?? true);
}
