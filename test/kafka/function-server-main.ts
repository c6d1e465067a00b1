// The process of FunctionServer: serves the Kafka sample and reports to its parent how many messages were handled.

import { RequestReplyHandler } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { functions } from "../../samples/kafka/functions.ts";
import { decodeRequest } from "../../src/wire/decode-request.js";

class CountingHandler extends RequestReplyHandler {
  override async handle(request: Uint8Array): Promise<Uint8Array> {
    const answer = await super.handle(request);
    // An answer that asks for states has handled no message: its oneof field is 101, not 100.
    if (answer[0] === 0xa2) process.send?.({ handled: decodeRequest(request).invocations.length });
    return answer;
  }
}

const { port } = await serve(new CountingHandler(functions), { port: Number(process.argv[2]), host: "127.0.0.1" });
process.send?.({ port });
process.on("disconnect", () => process.exit(0));
