/** Leaves out of a document what is nobody's business, and links that would run something. */

/** What only the server can use: dotted paths of its functions. */
const FUNCTIONS = /^x-(handlers?|\w+Func)$/;

/** Members that become links. */
const LINKS = new Set(
  "url termsOfService openIdConnectUrl authorizationUrl tokenUrl refreshUrl".split(
    " ",
  ),
);
const RUNNING = /^(javascript|data|vbscript|blob|file|filesystem):/i;

/**
 * Clean *root*, which is changed.
 *
 * @param {object} root
 */
export function clean(root) {
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
 * Tell whether a link to *url* could run a script. Browsers pass over blanks in it.
 *
 * @param {string} url
 */
function runs(url) {
  return RUNNING.test(url.replace(/[\u0000-\u0020\u007f]/g, ""));
}
