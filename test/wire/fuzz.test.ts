// Mutated requests through the whole handler: it answers, or throws a StatefunError, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { json, RequestReplyHandler, StatefulFunctions, StatefunError, Types } from "../../src/index.js";
import { generations, message, packed, primitive, requestBytes } from "../support/calls.js";
import { type Random, randomOf } from "../support/random.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { fromFunction } from "../support/reflection.js";

const functions = new StatefulFunctions().register(
  "example/greeter",
  (received, context, state) => {
    state.count = (state.count ?? 0) + 1;
    state.names = [...(state.names ?? []), typeof received === "object" ? "object" : String(received)].slice(-3);
    state.user = received instanceof example.User ? received : undefined;
    if (context.caller !== undefined) context.reply(`count ${state.count}`);
    context.sendEgress("example/out", Types.int.pack(state.count));
  },
  {
    handles: [example.User, Types.string, Types.long, json<object>("example/json")],
    state: { count: Types.int, names: json<string[]>("example/names"), user: example.User },
  },
);

function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  const mutated = Uint8Array.from(bytes);
  const at = random.below(mutated.length);
  switch (random.below(6)) {
    case 0:
      mutated[at] = random.below(256);
      return mutated;
    case 1:
      mutated[at] = (mutated[at] as number) ^ (1 << random.below(8));
      return mutated;
    case 2:
      return mutated.subarray(0, at);
    case 3:
      return Buffer.concat([mutated.subarray(0, at), random.bytes(4), mutated.subarray(at)]);
    case 4:
      return Buffer.concat([mutated.subarray(0, at), mutated.subarray(Math.min(mutated.length, at + random.below(6)))]);
    default: {
      const from = random.below(mutated.length);
      return Buffer.concat([
        mutated.subarray(0, at),
        mutated.subarray(from, from + random.below(30)),
        mutated.subarray(at),
      ]);
    }
  }
}

/** Enough of each outcome for the checks below. `npm run test:fuzz` sends more. */
const rounds = Number(process.env.STATEFUN_WIRE_ROUNDS ?? 5_000);

test(`${rounds} mutated requests are answered or refused with a StatefunError`, async (t) => {
  const random = randomOf(t);
  const logger = new RecordingLogger();
  const handler = new RequestReplyHandler(functions, { logger });
  const seeds = generations.flatMap((generation) =>
    [
      [message(example.User, { name: "Seth" }), primitive(generation, "string", "hi")],
      [primitive(generation, "long", 5n), packed("example/json", '{"a":[1]}')],
    ].map((args) =>
      requestBytes(generation, {
        to: "example/greeter/seth",
        state: {
          count: primitive(generation, "int", 5),
          names: packed("example/names", '["a"]'),
          user: message(example.User, { name: "Seth" }),
        },
        messages: args.map((argument) => ({ argument, from: "a/b/c" })),
      }),
    ),
  );
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (let round = 0; round < rounds; round++) {
    let bytes = mutate(random, random.pick(seeds));
    while (random.chance(0.3) && bytes.length > 0) bytes = mutate(random, bytes);
    try {
      const answer = await handler.handle(bytes);
      fromFunction.v3.decode(answer);
      count("answered");
    } catch (error) {
      assert.ok(error instanceof StatefunError, `${Buffer.from(bytes).toString("hex")}: ${error}`);
      assert.notEqual(error.code, "HANDLER_FAILED", `${Buffer.from(bytes).toString("hex")}: ${error.message}`);
      count(error.code);
    }
    logger.entries.length = 0;
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
  assert.ok((outcomes.get("answered") ?? 0) > 100, "the mutations are too harsh to test anything");
  assert.ok((outcomes.get("REQUEST_MALFORMED") ?? 0) > 100, "the mutations are too mild to test anything");
});
