// Calls of functions on an engine that is not this package's: it keeps states, and delivers messages, as bytes.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  Continuation,
  Handles,
  json,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "../../src/index.js";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { encodePacked } from "../../src/wire/packed.js";
import { type Generation, generations } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { withoutOffer } from "../support/offer.js";
import { RecordingLogger } from "../support/recording-logger.js";

interface Travelling {
  readonly to: Address;
  readonly caller: Address | undefined;
  readonly argument: Uint8Array;
}

/** Keeps states and messages in memory, as Flink keeps them: it reads no answer as to how a batch ended. */
class Flink {
  readonly states = new Map<string, Map<string, Uint8Array | undefined>>();
  readonly messages: Travelling[] = [];
  delayed: (Travelling & { readonly token: string | undefined })[] = [];
  readonly #handler: RequestReplyHandler;
  readonly #generation: Generation;
  readonly #declared: readonly string[];

  /** `declared` are the states of every function in the module file, which StateFun 2 needs. */
  constructor(functions: StatefulFunctions, generation: Generation, declared: readonly string[]) {
    this.#handler = new RequestReplyHandler(functions, { generation, logger: new RecordingLogger() });
    this.#generation = generation;
    this.#declared = declared;
  }

  send(to: Address, value: string): void {
    this.messages.push({ to, caller: undefined, argument: encodePacked(Types.string.pack(value), this.#generation) });
  }

  async run(): Promise<void> {
    for (let message = this.messages.shift(); message !== undefined; message = this.messages.shift()) {
      await this.#deliver(message);
    }
  }

  async fireDelayed(): Promise<void> {
    this.messages.push(...this.delayed.splice(0));
    await this.run();
  }

  async #deliver(message: Travelling): Promise<void> {
    const { to, caller, argument } = message;
    const key = String(to);
    const states = this.states.get(key) ?? new Map(this.#declared.map((name) => [name, undefined]));
    this.states.set(key, states);
    const sent = [...states].map(([name, packed]) => ({ name, packed }));
    const offering = encodeRequest(to, sent, [{ caller, argument }], 0, 1);
    const answer = decodeResponse(await this.#handler.handle(withoutOffer(offering)));
    if ("missing" in answer) {
      for (const { name } of answer.missing) states.set(name, undefined);
      await this.#deliver(message);
      return;
    }
    const { mutations, messages, delayed } = answer.effects;
    for (const { name, value } of mutations) states.set(name, value);
    for (const { target, argument: bytes } of messages) {
      this.messages.push({ to: target, caller: to, argument: bytes });
    }
    for (const entry of delayed) {
      if ("cancel" in entry) this.delayed = this.delayed.filter(({ token }) => token !== entry.cancel);
      else {
        const { target, argument: bytes, cancellationToken: token } = entry;
        this.delayed.push({ to: target, caller: to, argument: bytes, token });
      }
    }
  }
}

const Log = json<string[]>("flink/log");
let seen: string[] = [];

@StatefulFunction("flink/callee", { onFailure: "deadLetter", retry: { attempts: 1 } })
class Callee {
  @Handles(Types.string)
  act(text: string, context: Context) {
    if (text === "refuse") throw new TerminalError("no", { code: "NO", details: [1] });
    if (text === "fail") throw new Error("boom");
    if (text === "silent") context.deferReply();
    return text === "nothing" || text === "silent" ? undefined : text.toUpperCase();
  }
}

@StatefulFunction("flink/caller")
class Caller {
  @State("log", Log) log: string[] = [];

  @Handles(Types.string)
  ask(text: string, context: Context<Caller>) {
    context.call(Callee, "c", text, { then: "answered", failed: "failed", timeout: { minutes: 1 } });
  }

  @Continuation()
  answered(answer: unknown) {
    this.#add(`${answer}`);
  }

  @Continuation()
  failed({ code }: TerminalError) {
    this.#add(code);
  }

  #add(entry: string) {
    this.log.push(entry);
    seen = [...this.log];
  }
}

const caller = Address.of("flink/caller", "a");
const functions = () => new StatefulFunctions(Caller, Callee);
const declared = ["log", "statefun.workflow/journal", "statefun.failed-messages"];

for (const generation of generations) {
  test(`${generation}: calls are answered, fail and time out by bytes alone`, async () => {
    const flink = new Flink(functions(), generation, generation === "v2" ? declared : []);
    for (const text of ["hi", "nothing", "refuse", "fail"]) flink.send(caller, text);
    await flink.run();
    assert.deepEqual(seen, ["HI", "undefined", "NO", "HANDLER_FAILED"]);
    // StateFun 2 can't withdraw a message: its timers come and find that nothing waits.
    assert.equal(flink.delayed.length, generation === "v2" ? 4 : 0);
    await flink.fireDelayed();
    flink.send(caller, "silent");
    await flink.run();
    assert.equal(seen.length, 4);
    assert.equal(flink.delayed.length, 1);
    await flink.fireDelayed();
    assert.deepEqual(seen.slice(4), ["ANSWER_TIMEOUT"]);
  });
}

test("v2: a module file that does not declare the journal is told so", async () => {
  const flink = new Flink(functions(), "v2", ["log", "statefun.failed-messages"]);
  flink.send(caller, "hi");
  await rejectsCode(flink.run(), "STATE_UNDECLARED");
});
