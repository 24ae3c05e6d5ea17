/** Draws the documentation, and shows it or the console, as the address says. */

import { parsed } from "./parsed.js";

/**
 * AsyncAPI's component, which vendor/asyncapi-component.js makes known.
 *
 * @typedef {{render: (props: object, container: Element) => void}} Component
 */

/** Who does what is said from the server's side, as in the document. */
const LABELS = {
  publishLabel: "RECEIVES",
  subscribeLabel: "EMITS",
  receiveLabel: "RECEIVES",
  sendLabel: "EMITS",
  requestLabel: "EMITS, ACK",
  replyLabel: "RECEIVES, ACK",
};

const CONFIG = { show: { sidebar: true, errors: true }, ...LABELS };

// taken before anything of the document is on the page, whose ids are its own
const main = /** @type {HTMLElement} */ (document.querySelector("#documentation"));
const consoleSection = /** @type {HTMLElement} */ (document.querySelector("#console"));
const toMain = /** @type {HTMLElement} */ (document.querySelector("#to-documentation"));
const toConsole = /** @type {HTMLElement} */ (document.querySelector("#to-console"));

function show() {
  const inConsole = location.hash.startsWith("#console");
  main.hidden = inConsole;
  consoleSection.hidden = !inConsole;
  toMain.toggleAttribute("aria-current", false);
  toConsole.toggleAttribute("aria-current", false);
  (inConsole ? toConsole : toMain).setAttribute("aria-current", "page");
}

/** @param {string} text */
function fail(text) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  main.replaceChildren(notice);
}

/** What the component draws for mice only gets a name, and keys. */
function improve() {
  const menu = main.querySelector(".burger-menu");
  if (!(menu instanceof HTMLElement)) return;
  menu.setAttribute("role", "button");
  menu.setAttribute("tabindex", "0");
  menu.setAttribute("aria-label", "Table of contents");
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    menu.click();
  });
}

/** Scroll to what the address names. */
function scroll() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id && id !== main.id && !id.startsWith(consoleSection.id))
    document.getElementById(id)?.scrollIntoView();
}

async function draw() {
  const component = /** @type {Component | undefined} */ (Reflect.get(window, "AsyncApiStandalone"));
  if (!component) throw new Error("its script could not be loaded");
  const answer = await fetch(new URL("../../asyncapi.json", import.meta.url));
  if (!answer.ok) throw new Error(`asyncapi.json: ${answer.status} ${answer.statusText}`);
  const schema = parsed(await answer.json());
  const drawn = new MutationObserver(() => {
    if (!main.querySelector(".aui-root")) return;
    drawn.disconnect();
    improve();
    scroll();
  });
  drawn.observe(main, { childList: true, subtree: true });
  component.render({ schema, config: CONFIG }, main);
}

Reflect.get(globalThis, "restoreFunction")();
addEventListener("hashchange", show);
show();
draw().catch((error) => fail(`The documentation cannot be shown: ${error.message}.`));
