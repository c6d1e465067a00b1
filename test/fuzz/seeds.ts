// The requests that mutations begin with, and their functions.

import { example } from "../../samples/messages/messages.js";
import { type Context, custom, json, StatefulFunctions, type TypedValue, Types } from "../../src/index.js";
import { generations, message, packed, primitive } from "../support/calls.js";
import { request, type Value } from "./requests.js";

/** A state whose bytes are its value. */
const Raw = custom<Uint8Array>(
  "example/raw",
  (value) => value,
  (bytes) => bytes,
);

/** Sends back everything: each message to its caller or to a sink, and its state to an egress. */
function echo(received: TypedValue, context: Context, state: { raw: Uint8Array | undefined }): void {
  context.send("example/sink", String(context.caller ?? "ingress"), received);
  if (state.raw !== undefined) context.sendEgress("example/state", Raw.pack(state.raw));
}

/** A function that decodes every type, and a function that decodes nothing. */
export const functions = () =>
  new StatefulFunctions().register("example/echo", echo, { state: { raw: Raw } }).register(
    "example/greeter",
    (received, context, state) => {
      state.count = ((state.count ?? 0) + 1) | 0;
      state.names = [...(Array.isArray(state.names) ? state.names : []), typeof received].slice(-3);
      state.user = received instanceof example.User ? received : undefined;
      if (context.caller !== undefined && context.caller.id !== "" && context.caller.namespace !== "") {
        context.reply(`count ${state.count}`);
      }
      context.sendEgress("example/out", Types.int.pack(state.count));
    },
    {
      handles: [example.User, Types.string, Types.long, Types.bytes, json<object>("example/json")],
      state: { count: Types.int, names: json<string[]>("example/names"), user: example.User },
    },
  );

const user = message(example.User, { name: "Seth" });

export const seeds = generations.flatMap((generation) => {
  const greeter = {
    count: primitive(generation, "int", 5),
    names: packed("example/names", '["a"]'),
    user,
  };
  const values: Value[][] = [
    [user, primitive(generation, "string", "hi")],
    [primitive(generation, "long", 5n), packed("example/json", '{"a":[1],"__proto__":{"b":2}}')],
  ];
  return [
    ...values.map((messages) => request(generation, "greeter", greeter, messages)),
    request(generation, "greeter", { count: undefined, names: undefined, user: undefined }, [user, user, user]),
    request(generation, "echo", { raw: packed("example/raw", "kept"), other: undefined }, [
      packed("x/y", "1"),
      packed("example/a-longer-name", "22"),
      packed("a/b", ""),
    ]),
    request(generation, "echo", { raw: undefined }, [user]),
  ];
});
