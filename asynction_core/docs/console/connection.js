/** A connection to one namespace, through socket.io-client. */

/** @typedef {import("socket.io-client").Socket} Socket */
/** @typedef {import("./credentials.js").Given} Given */
/** @typedef {"websocket" | "polling" | "auto"} Transport */

/** Headers that a browser sets itself, whatever a page says (Fetch, "forbidden request-header"). */
const FORBIDDEN = new Set([
  ...[
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "connection",
    "cookie",
  ],
  ...[
    "access-control-request-method",
    "content-length",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
  ],
  ...[
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
  ],
  ...["upgrade", "via", "user-agent"],
]);

/**
 * Tell whether a browser lets a page set the header *name*.
 *
 * @param {string} name
 */
export function canSet(name) {
  const lower = name.toLowerCase();
  return (
    /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) &&
    !FORBIDDEN.has(lower) &&
    !/^(proxy|sec)-/.test(lower)
  );
}

/**
 * @typedef {object} Heard What a connection tells.
 * @property {() => void} changed Its state, transport or session id is another.
 * @property {(event: string, args: unknown[], answer: ((...args: unknown[]) => void) | null) => void} arrived
 */

/**
 * @typedef {object} State
 * @property {"disconnected" | "connecting" | "connected" | "refused" | "failed"} name
 * @property {string} message
 * @property {unknown} data What came with a refusal.
 */

/**
 * Return what *state* is, in words.
 *
 * @param {State} state
 */
export function describe({ name, message }) {
  if (name === "refused") return `Refused: ${message}`;
  return name === "failed" ? `Failed: ${message}` : message;
}

export class Connection {
  /**
   * @param {string} namespace
   * @param {{origin: string, path: string}} endpoint
   * @param {Heard} heard
   */
  constructor(namespace, endpoint, heard) {
    this.namespace = namespace;
    this._endpoint = endpoint;
    this._heard = heard;
    /** @type {Socket | null} */
    this._socket = null;
    /** @type {string[]} */
    this._cookies = [];
    /** @type {State} */
    this.state = {
      name: "disconnected",
      message: "Not connected",
      data: undefined,
    };
  }

  /** The transport in use; empty while there is none. */
  get transport() {
    return this._socket?.io.engine?.transport?.name ?? "";
  }

  /** The session id in this namespace; empty while there is none. */
  get sid() {
    return this._socket?.id ?? "";
  }

  get isConnected() {
    return this.state.name === "connected";
  }

  /**
   * Open the connection.
   *
   * @param {Given} given
   * @param {unknown} auth
   * @param {Transport} transport
   */
  open(given, auth, transport) {
    this._drop();
    this._setCookies(given.cookies);
    const socket = window.io(this._endpoint.origin + this.namespace, {
      path: this._endpoint.path,
      query: { ...given.query },
      auth: /** @type {any} */ (auth),
      extraHeaders: { ...given.headers },
      transports: transportsFor(transport, given.headers),
      tryAllTransports: true,
      upgrade: false, // what is refused while it upgrades leaves errors in the browser's console
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    this._socket = socket;
    this._listen(socket);
    this._become("connecting", "Connecting …");
    socket.connect();
  }

  close() {
    if (this._drop()) this._become("disconnected", "Disconnected");
  }

  /**
   * Emit *event* and return what is acknowledged, with the time that it took in milliseconds.
   *
   * @param {string} event
   * @param {unknown[]} args
   * @param {number} timeout In milliseconds.
   * @returns {Promise<{args: unknown[], took: number}>} Rejected where no ack came in time.
   */
  call(event, args, timeout) {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      this._socket
        ?.timeout(timeout)
        .emit(
          event,
          ...args,
          (
            /** @type {Error | null} */ error,
            /** @type {unknown[]} */ ...acked
          ) => {
            if (error) reject(error);
            else resolve({ args: acked, took: performance.now() - began });
          },
        );
    });
  }

  /**
   * Emit *event* and ask for no ack.
   *
   * @param {string} event
   * @param {unknown[]} args
   */
  emit(event, args) {
    this._socket?.emit(event, ...args);
  }

  /**
   * Return what may be wrong where no server of Socket.IO has answered: *reason* says little.
   *
   * @param {string} reason
   */
  _nobody(reason) {
    const { origin, path } = this._endpoint;
    const allowed =
      origin === location.origin
        ? "Does the API run there?"
        : `Does the API run there, and does it allow the origin ${location.origin}?`;
    return `${reason}: no Socket.IO at ${origin}${path}. ${allowed}`;
  }

  /** Leave the socket, and tell whether there was one. */
  _drop() {
    const socket = this._socket;
    this._socket = null;
    this._clearCookies();
    if (!socket) return false;
    socket.removeAllListeners();
    socket.offAny();
    socket.disconnect();
    return true;
  }

  /** @param {Socket} socket */
  _listen(socket) {
    socket.on("connect", () => {
      this._become("connected", "Connected");
    });
    socket.on("connect_error", (error) => {
      if (Object.hasOwn(error, "data"))
        this._become("refused", error.message, Reflect.get(error, "data"));
      else this._become("failed", this._nobody(error.message)); // who answers has data
    });
    socket.on("disconnect", (reason) =>
      this._become("disconnected", `Disconnected: ${reason}`),
    );
    socket.onAny((event, ...args) => {
      const last = args.at(-1);
      const asks = typeof last === "function";
      this._heard.arrived(
        String(event),
        asks ? args.slice(0, -1) : args,
        asks ? last : null,
      );
    });
  }

  /**
   * @param {State["name"]} name
   * @param {string} message
   * @param {unknown} [data]
   */
  _become(name, message, data) {
    this.state = { name, message, data };
    this._heard.changed();
  }

  /** @param {Record<string, string>} cookies */
  _setCookies(cookies) {
    if (this._endpoint.origin !== location.origin) return;
    for (const [name, value] of Object.entries(cookies)) {
      document.cookie = `${name}=${value}; path=${this._endpoint.path}; SameSite=Strict`;
      this._cookies.push(name);
    }
  }

  _clearCookies() {
    for (const name of this._cookies.splice(0)) {
      document.cookie = `${name}=; path=${this._endpoint.path}; max-age=0; SameSite=Strict`;
    }
  }
}

/**
 * Return the transports to try, in this order: a browser sends no headers with a websocket.
 *
 * @param {Transport} transport
 * @param {Record<string, string>} headers
 */
export function transportsFor(transport, headers) {
  if (transport === "polling" || Object.keys(headers).length)
    return ["polling"];
  return transport === "websocket" ? ["websocket"] : ["websocket", "polling"];
}
