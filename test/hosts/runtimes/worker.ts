// The server for workerd, with the two lines of docs/hosts.md that let protobufjs write long texts there.

import protobuf from "protobufjs/minimal.js";
import { example } from "../../../samples/messages/messages.js";
import server from "./server.ts";

protobuf.util.Buffer = null as never;
protobuf.configure();

export default {
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname !== "/message") return server.fetch(request);
    const text = await request.text();
    return new Response(Uint8Array.from(example.Greeting.encode({ text }).finish()));
  },
};
