/**
 * The chat in a browser.
 *
 * It checks nothing itself: asyncapi.yml says what may be sent, the server enforces it, and the
 * acknowledgement says what was wrong. Whatever others write stays text.
 */

const PATIENCE = 5_000; // milliseconds for an acknowledgement
const PAUSE = 1_500; // milliseconds without a key after which nobody is typing
const KEPT = 500; // entries of the log

/** @typedef {{ username: string, message: string }} Message */
/** @typedef {{ username: string, numUsers: number }} UserCount */

const socket = window.io({
  path: new URL("socket.io", document.baseURI).pathname,
});

const users = find("users", HTMLElement);
const state = find("state", HTMLElement);
const log = find("log", HTMLElement);
const typing = find("typing", HTMLElement);
const join = find("join", HTMLFormElement);
const name = find("name", HTMLInputElement);
const nameProblem = find("name-problem", HTMLElement);
const talk = find("talk", HTMLFormElement);
const text = find("text", HTMLInputElement);
const textProblem = find("text-problem", HTMLElement);

/** The name that the user has, or wants back when the connection is. */
let username = "";

/** The timer that ends our typing; 0 while we do not. */
let pausing = 0;

/** @type {Set<string>} */
const typers = new Set();

socket.on("connect", async () => {
  showState("Connected", "connected");
  if (username) await enter(username);
});

socket.on("disconnect", (reason) => {
  showState("Connection lost. Trying again…", "lost");
  users.textContent = "";
  typers.clear();
  showTypers();
  window.clearTimeout(pausing);
  pausing = 0;
  if (reason === "io server disconnect") socket.connect();
});

socket.on("connect_error", (error) => {
  if (socket.active)
    showState("The server cannot be reached. Trying again…", "lost");
  else showState(`The server refuses: ${error.message}`, "lost");
});

socket.on("login", (/** @type {{ numUsers: number }} */ { numUsers }) =>
  showUsers(numUsers),
);

socket.on("user joined", (/** @type {UserCount} */ { username, numUsers }) => {
  showUsers(numUsers);
  note(`${username} joined`);
});

socket.on("user left", (/** @type {UserCount} */ { username, numUsers }) => {
  showUsers(numUsers);
  stopped(username);
  note(`${username} left`);
});

socket.on("new message", (/** @type {Message} */ { username, message }) => {
  stopped(username);
  show(username, message, "theirs");
});

socket.on("typing", (/** @type {{ username: string }} */ { username }) => {
  typers.add(username);
  showTypers();
});

socket.on("stop typing", (/** @type {{ username: string }} */ { username }) =>
  stopped(username),
);

join.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await enter(name.value)) note("You joined");
});

talk.addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = text.value;
  const problem = await problemOf("new message", message);
  showProblem(text, textProblem, problem);
  if (problem) return;
  stopTyping();
  show(username, message, "ours");
  if (text.value === message) text.value = "";
});

text.addEventListener("input", () => {
  showProblem(text, textProblem, "");
  if (!socket.connected) return;
  if (!pausing) socket.emit("typing");
  window.clearTimeout(pausing);
  pausing = window.setTimeout(stopTyping, PAUSE);
});

/**
 * Take part as *wanted*; tell whether the server let us.
 *
 * @param {string} wanted
 */
async function enter(wanted) {
  const problem = await problemOf("add user", wanted);
  username = problem ? "" : wanted;
  showProblem(name, nameProblem, problem);
  const [form, input] = problem ? [join, name] : [talk, text];
  if (form.hidden) {
    [join.hidden, talk.hidden] = [!problem, Boolean(problem)];
    input.focus();
  }
  return !problem;
}

/**
 * Emit an event; return what the server has against it, or "".
 *
 * @param {string} event
 * @param {...unknown} args
 * @returns {Promise<string>}
 */
async function problemOf(event, ...args) {
  if (!socket.connected) return "Not connected. Try again in a moment.";
  try {
    const ack = await socket.timeout(PATIENCE).emitWithAck(event, ...args);
    return shortened(ack?.error?.message ?? ack?.error ?? "");
  } catch {
    return "The server did not answer.";
  }
}

/**
 * Return *problem*, which may quote much before it says what is wrong, without its middle.
 *
 * @param {string} problem
 */
function shortened(problem) {
  return problem.length > 160
    ? `${problem.slice(0, 60)} … ${problem.slice(-90)}`
    : problem;
}

function stopTyping() {
  if (!pausing) return;
  window.clearTimeout(pausing);
  pausing = 0;
  socket.emit("stop typing");
}

/** @param {string} username */
function stopped(username) {
  typers.delete(username);
  showTypers();
}

function showTypers() {
  const [one, two, ...more] = typers;
  if (more.length) typing.textContent = `${typers.size} people are typing…`;
  else if (two !== undefined)
    typing.textContent = `${one} and ${two} are typing…`;
  else typing.textContent = one === undefined ? "" : `${one} is typing…`;
}

/** @param {number} count */
function showUsers(count) {
  users.textContent = count === 1 ? "1 user" : `${count} users`;
}

/**
 * @param {string} message
 * @param {"connected" | "lost"} kind
 */
function showState(message, kind) {
  state.textContent = message;
  state.dataset.state = kind;
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} place
 * @param {string} problem
 */
function showProblem(input, place, problem) {
  input.setAttribute("aria-invalid", String(Boolean(problem)));
  place.textContent = problem;
}

/**
 * Add what a user said to the log.
 *
 * @param {string} author
 * @param {string} message
 * @param {"ours" | "theirs"} whose
 */
function show(author, message, whose) {
  const entry = made("p", `message ${whose}`);
  entry.append(
    made("b", "author", author),
    " ",
    made("span", "words", message),
  );
  append(entry);
}

/**
 * Add what happened to the log.
 *
 * @param {string} what
 */
function note(what) {
  append(made("p", "note", what));
}

/** @param {HTMLElement} entry */
function append(entry) {
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
  document.getElementById("hint")?.remove();
  log.append(entry);
  while (log.childElementCount > KEPT) log.firstElementChild?.remove();
  if (atEnd || entry.classList.contains("ours"))
    log.scrollTop = log.scrollHeight;
}

/**
 * Return a new element with *content* as its text, whose direction is its own.
 *
 * @param {string} tag
 * @param {string} kind
 * @param {string} [content]
 */
function made(tag, kind, content = "") {
  const element = document.createElement(tag);
  element.className = kind;
  element.textContent = content;
  element.dir = "auto";
  return element;
}

/**
 * Return the element of the page with this id.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
function find(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}
