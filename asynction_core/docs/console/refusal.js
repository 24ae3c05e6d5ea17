/** What asynction_core.problem_ack acknowledges an event with that the server does not take. */

/**
 * Return what the server says against *event*, if *args* are such an acknowledgement.
 *
 * @param {string} event
 * @param {unknown[]} args
 * @returns {string | null}
 */
export function refusalIn(event, args) {
  const [said] = args;
  if (args.length !== 1 || !isObject(said) || !isObject(said.error))
    return null;
  const { type, message, event: named, path, schema_path: rule } = said.error;
  const isOne =
    Object.keys(said).length === 1 &&
    typeof type === "string" &&
    typeof message === "string" &&
    named === event &&
    Array.isArray(path) &&
    Array.isArray(rule);
  if (!isOne) return null;
  const place = path.length ? ` (at /${path.join("/")})` : "";
  return `${type}: ${message}${place}`;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
