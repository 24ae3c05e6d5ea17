/** What the page has, besides our own modules. */

interface Window {
  io: typeof import("socket.io-client").io;
}

declare module "*/vendor/json-schema/index.js" {
  export { format, validate } from "@cfworker/json-schema";
}
