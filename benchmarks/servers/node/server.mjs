// The same handlers on Node's socket.io, with its defaults.
//
// `node server.mjs [URL] DESCRIPTOR` serves on a listening socket that was inherited, with a queue
// at URL where there are other processes. It ends when its standard input does.

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [descriptor, url] = process.argv.slice(2).reverse();

const http = createServer();
const io = new Server(http);

if (url) {
  const [publisher, subscriber] = [createClient({ url }), createClient({ url })];
  await Promise.all([publisher.connect(), subscriber.connect()]);
  io.adapter(createAdapter(publisher, subscriber));
}

const answer = (acknowledge) => acknowledge?.({ error: null });

io.on("connection", (socket) => {
  socket.on("add user", (_data, acknowledge) => answer(acknowledge));
  socket.on("new message", (_data, acknowledge) => answer(acknowledge));
  socket.on("join", (data, acknowledge) => {
    socket.emit("user joined", data);
    answer(acknowledge);
  });
  socket.on("announce", (data, acknowledge) => {
    io.emit("user joined", data);
    answer(acknowledge);
  });
});

process.stdin.on("end", () => process.exit(0)).resume();
http.listen({ fd: Number(descriptor) });
