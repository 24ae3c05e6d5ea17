/** Draws the documentation, and shows it or the console, as the address says. */

import { parsed } from "./parsed.js";

/**
 * AsyncAPI's component, which vendor/asyncapi-component.js makes known.
 *
 * @typedef {{render: (props: object, container: Element) => void}} Component
 */

/** What is said of an event is said from the server's side, as in the document. */
const CONFIG = {
  show: { sidebar: true, messages: false },
  expand: { messageExamples: true },
  receiveLabel: "RECEIVES",
  sendLabel: "EMITS",
};

// taken before anything of the document is on the page, whose ids are its own
const main = /** @type {HTMLElement} */ (
  document.querySelector("#documentation")
);
const consoleSection = /** @type {HTMLElement} */ (
  document.querySelector("#console")
);
const toMain = /** @type {HTMLElement} */ (
  document.querySelector("#to-documentation")
);
const toConsole = /** @type {HTMLElement} */ (
  document.querySelector("#to-console")
);

function show() {
  const inConsole = location.hash.startsWith("#console");
  main.hidden = inConsole;
  consoleSection.hidden = !inConsole;
  toMain.toggleAttribute("aria-current", false);
  toConsole.toggleAttribute("aria-current", false);
  (inConsole ? toConsole : toMain).setAttribute("aria-current", "page");
}

/**
 * Say *text* in the place of the documentation.
 *
 * @param {string} text
 * @param {"status" | "alert"} role
 */
function say(text, role) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", role);
  notice.textContent = text;
  main.replaceChildren(notice);
}

const PAUSE = 100; // milliseconds: the component draws itself twice before it stays as it is
const MANY = 200; // events: from here on, their schemas stay folded

/** Unfold the schemas of the events, which readers come for; tell whether there are any. */
function unfold() {
  const folded = main.querySelectorAll(
    "#operations .shadow .justify-between .gap-2 > .gap-2 > button",
  );
  if (folded.length > MANY) return false;
  for (const button of folded)
    if (button instanceof HTMLElement) button.click();
  return folded.length > 0;
}

/** Make up for what the component says to mice only, or wrongly, to those who cannot see it. */
function improve() {
  for (const tab of main.querySelectorAll("[role=tab][aria-controls]")) {
    tab.parentElement?.setAttribute("role", "tablist");
    tab.removeAttribute("aria-controls"); // names what is not there
  }
  const menu = main.querySelector(".burger-menu:not([role])");
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

/**
 * Call *rested* each time that the component has drawn something.
 *
 * @param {() => void} rested
 */
function watch(rested) {
  let pause = 0;
  new MutationObserver(() => {
    clearTimeout(pause);
    pause = setTimeout(rested, PAUSE);
  }).observe(main, { childList: true, subtree: true });
}

/** Scroll to what the address names. */
function scroll() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id && id !== main.id && !id.startsWith(consoleSection.id))
    document.getElementById(id)?.scrollIntoView();
}

async function draw() {
  const component = /** @type {Component | undefined} */ (
    Reflect.get(window, "AsyncApiStandalone")
  );
  if (!component) throw new Error("its script could not be loaded");
  const answer = await fetch(new URL("../../asyncapi.json", import.meta.url));
  if (!answer.ok)
    throw new Error(`asyncapi.json: ${answer.status} ${answer.statusText}`);
  const { schema, limited } = parsed(await answer.json());
  main.classList.toggle("all-servers", !limited);
  let first = true;
  watch(() => {
    improve();
    const goesOn = first && unfold(); // which is drawn, and then improved
    first = false;
    if (goesOn || !main.hasAttribute("aria-busy")) return;
    scroll(); // now, since what was unfolded has moved everything below it
    main.removeAttribute("aria-busy");
  });
  main.setAttribute("aria-busy", "true");
  component.render({ schema, config: CONFIG }, main);
}

Reflect.get(globalThis, "restoreFunction")();
addEventListener("hashchange", show);
show();
say("Loading the documentation …", "status");
draw().catch((error) => {
  say(`The documentation cannot be shown: ${error.message}.`, "alert");
  main.removeAttribute("aria-busy");
});
