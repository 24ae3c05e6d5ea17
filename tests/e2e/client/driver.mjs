// Drives Socket.IO clients as it is told on stdin, and reports on stdout, in lines of JSON.
//
//   told:     {"id": 1, "do": "connect", "socket": "ann", "url": "...", "options": {...}}
//             {"id": 2, "do": "emit", "socket": "ann", "event": "...", "args": [...]}
//             {"id": 3, "do": "call", "socket": "ann", "event": "...", "args": [...]}
//             {"id": 4, "do": "answer", "socket": "ann", "event": "...", "args": [...]}
//             {"id": 5, "do": "transport", "socket": "ann"}
//             {"id": 6, "do": "disconnected", "socket": "ann"}
//             {"id": 7, "do": "disconnect", "socket": "ann"}
//             {"id": 8, "do": "calls", "socket": "ann", "event": "...", "args": [[...], ...]}
//   reported: {"id": 1, "result": ...} or {"id": 1, "error": {"message": "...", "data": ...}}
//             {"socket": "ann", "event": "...", "args": [...]}
//
// Binary data is {"$binary": "<base64>"} in both directions.

import readline from "node:readline";
import { io } from "socket.io-client";

const TIMEOUT = 5000; // milliseconds

const sockets = new Map();
const answers = new Map();

function revive(_key, value) {
  return typeof value?.$binary === "string" ? Buffer.from(value.$binary, "base64") : value;
}

function plain(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return { $binary: Buffer.from(value).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}

function report(line) {
  process.stdout.write(`${JSON.stringify(plain(line))}\n`);
}

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, resolve));
}

function hear(name, event, args) {
  const ack = typeof args.at(-1) === "function" ? args.pop() : null;
  report({ socket: name, event, args });
  const answer = answers.get(`${name} ${event}`);
  if (ack && answer) ack(...answer);
}

const actions = {
  async connect({ socket: name, url, options }) {
    const socket = io(url, { forceNew: true, reconnection: false, timeout: TIMEOUT, ...options });
    socket.onAny((event, ...args) => hear(name, event, args));
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    sockets.set(name, socket);
  },

  async emit({ socket, event, args }) {
    sockets.get(socket).emit(event, ...args);
  },

  async call({ socket, event, args }) {
    return new Promise((resolve, reject) => {
      const acknowledged = (error, ...ack) => (error ? reject(error) : resolve(ack));
      sockets.get(socket).timeout(TIMEOUT).emit(event, ...args, acknowledged);
    });
  },

  async calls({ socket, event, args }) {
    return Promise.all(args.map((each) => actions.call({ socket, event, args: each })));
  },

  async answer({ socket, event, args }) {
    answers.set(`${socket} ${event}`, args);
  },

  async transport({ socket }) {
    return sockets.get(socket).io.engine.transport.name;
  },

  async disconnected({ socket: name }) {
    const socket = sockets.get(name);
    return socket.connected ? once(socket, "disconnect") : "gone already";
  },

  async disconnect({ socket: name }) {
    const socket = sockets.get(name);
    if (!socket) return;
    const { engine } = socket.io;
    const closed = engine.readyState === "closed" ? null : once(engine, "close");
    socket.disconnect();
    await closed;
    sockets.delete(name);
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const told = JSON.parse(line, revive);
  actions[told.do](told).then(
    (result) => report({ id: told.id, result: result ?? null }),
    ({ message, data }) => report({ id: told.id, error: { message, data: data ?? null } }),
  );
}
process.exit();
