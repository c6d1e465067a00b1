// The process of FunctionServer: serves functions and reports to its parent how many messages were handled.

import { RequestReplyHandler, type StatefulFunctions } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { decodeRequest } from "../../src/wire/decode-request.js";

const { functions } = (await import(process.argv[3] as string)) as { functions: StatefulFunctions };

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
