// Functions of a test in the place of functions elsewhere.

import type { Clock } from "../engine/clock.js";
import type { LocalEndpoint, Route } from "../engine/endpoint.js";
import type { Context } from "../functions/context.js";
import { LocalFunctions } from "../functions/local-functions.js";
import { StatefulFunctions } from "../functions/stateful-functions.js";
import { isClient } from "../model/client-address.js";
import { parseTypeName } from "../model/type-name.js";
import type { TypedValue } from "../model/typed-value.js";
import { packAnswer } from "../types/pack.js";
import { type FindType, plainOf } from "./plain.js";
import type { Intercept } from "./watched-endpoint.js";

/**
 * Takes a message in the place of a function elsewhere. The message is a plain value, as every value that a test sees. What
 * the handler returns is sent to the caller. Undefined sends nothing, except to a caller that waits for the answer of a call: it gets
 * an answer without a value, unless the handler calls `context.deferReply()`.
 */
export type FakeHandler = (message: any, context: Context) => unknown;

/** A message that a fake has got. */
export interface FakeMessage {
  /** The id that the message was sent to. */
  readonly id: string;
  /** The message as a plain value. */
  readonly message: unknown;
}

/** A function of a test, in the place of a function elsewhere. */
export interface Fake {
  /** The messages that it has got, in their order. A message whose handler ran again is there again. */
  readonly received: readonly FakeMessage[];
}

interface FakeFunction extends Fake {
  readonly received: FakeMessage[];
  readonly handle: FakeHandler;
}

export class Fakes {
  readonly #fakes = new Map<string, FakeFunction>();
  readonly #find: FindType;

  constructor(find: FindType) {
    this.#find = find;
  }

  /** Adds a fake, or replaces an earlier one of the same name. Throws TYPE_NAME_INVALID. */
  add(typeName: string, handle: FakeHandler): Fake {
    parseTypeName(typeName);
    const fake: FakeFunction = { received: [], handle };
    this.#fakes.set(typeName, fake);
    return fake;
  }

  /** The route to a fake whose function is served by nothing else; undefined when there is no such fake. */
  route(namespace: string, name: string): Route | undefined {
    if (!this.#fakes.has(`${namespace}/${name}`)) return undefined;
    return { endpoint: nothing, generation: "v3", maxBatch: 1, states: undefined, label: "a fake of the test" };
  }

  /** Runs a fake in the place of the function that is called, on the clock of the engine. */
  intercept(clock: Clock): Intercept {
    return (call, run) => {
      const { typeName } = call.batch.target;
      const fake = this.#fakes.get(typeName);
      if (fake === undefined) return run(call.batch);
      const functions = new StatefulFunctions().register(typeName, (value, context) =>
        this.#handle(fake, value, context),
      );
      return new LocalFunctions(functions, { clock }).run(call.batch, call);
    };
  }

  #handle(fake: FakeFunction, value: TypedValue, context: Context): unknown {
    const message = plainOf(value, this.#find);
    fake.received.push({ id: context.address.id, message });
    const returned = fake.handle(message, context);
    return returned instanceof Promise ? returned.then((late) => answer(late, context)) : answer(returned, context);
  }
}

/** The runtime answers a client that waits by itself. */
function answer(returned: unknown, context: Context): unknown {
  const { caller } = context;
  if (returned !== undefined && caller !== undefined && !isClient(caller)) context.reply(packAnswer(returned));
  return returned;
}

/** The endpoint of a fake is never reached: the fake is run before. */
const nothing: LocalEndpoint = {
  run() {
    throw new Error("This fake is gone.");
  },
  async close() {},
};
