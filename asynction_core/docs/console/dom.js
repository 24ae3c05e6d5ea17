/** Elements, made without markup: whatever a document or a peer says stays text. */

let lastId = 0;

/**
 * Return an id that no other element has.
 *
 * @param {string} stem
 */
export function freshId(stem) {
  lastId += 1;
  return `console-${stem}-${lastId}`;
}

/**
 * Return a new element. What is null or false among its properties and children is left out.
 *
 * Properties are attributes, but for those that begin with "on", which are listeners.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [properties]
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(
    ...children.filter(
      (child) => child !== null && child !== undefined && child !== false,
    ),
  );
  return made;
}

/**
 * Put *children* in the place of what *parent* holds.
 *
 * @param {Element} parent
 * @param {...(Node | string | null | false | undefined)} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren(
    ...children.filter(
      (child) => child !== null && child !== undefined && child !== false,
    ),
  );
}

/**
 * Set the text of *target*, if it is another: a live region that says the same stays quiet.
 *
 * @param {Element} target
 * @param {string} text
 */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Return a field under its label.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} input
 * @param {string} [hint] What the label says in smaller letters.
 */
export function field(label, input, hint = "") {
  if (!input.id) input.id = freshId("field");
  const name = element(
    "label",
    { for: input.id },
    label,
    hint && " ",
    hint && element("span", { class: "hint" }, hint),
  );
  return element("div", { class: "field" }, name, input);
}

/**
 * Return a checkbox beside its label.
 *
 * @param {string} label
 * @param {boolean} checked
 * @param {(checked: boolean) => void} change
 */
export function checkbox(label, checked, change) {
  const input = element("input", {
    type: "checkbox",
    checked,
    onchange: () => change(input.checked),
  });
  return element("label", { class: "check" }, input, label);
}

/**
 * Return a button.
 *
 * @param {string} label
 * @param {() => void} press
 * @param {string} [kind] A class.
 */
export function button(label, press, kind = "") {
  return element(
    "button",
    { type: "button", class: kind || null, onclick: press },
    label,
  );
}
