// A function that fails on demand, and one address of it on a Flink whose delayed messages come when a test asks for them.

import {
  type Context,
  type FunctionOptions,
  type HandlerOptions,
  json,
  RequestReplyHandler,
  StatefulFunctions,
  TerminalError,
} from "../../src/index.js";
import { type AnswerValue, type CallMessage, Engine, type Generation, Instance, type Packed, packed } from "./calls.js";

/** The name of the state that keeps failed messages. */
export const hidden = "statefun.failed-messages";
/** A message. */
export const Job = json<{ readonly id: string; readonly size?: string }>("test/job");
export const job = (id: string, size?: string) => packed("test/job", JSON.stringify({ id, size }));

/** What a function does with each job; a job that is missing here succeeds. */
export const acts = new Map<string, (context: Context) => unknown>();
export const boom = () => {
  throw new Error("boom");
};
export const refuse = () => {
  throw new TerminalError("no", { code: "NO", details: { really: true } });
};

/** The function with these options. */
export function functionsWith(options: FunctionOptions) {
  return new StatefulFunctions().register(
    "test/worker",
    async ({ id }, context, state) => {
      state.done = [...state.done, id];
      context.send("test/next", "a", id);
      await acts.get(id)?.(context);
    },
    { ...options, handles: [Job], state: { done: { type: json<string[]>("test/done"), default: () => [] } } },
  );
}

/** One address on an engine that delivers its delayed messages only when it is asked to. */
export class Worker extends Instance {
  readonly engine: Engine;
  /** Values of delayed messages to the worker, and of messages that wake it. */
  readonly due: { readonly delayMs: number; readonly argument: AnswerValue }[] = [];
  readonly letters: any[] = [];
  readonly sent: string[] = [];

  constructor(generation: Generation, options: FunctionOptions = {}) {
    const functions = functionsWith({ onFailure: "deadLetter", retry: { attempts: 3, firstDelay: 100 }, ...options });
    const engine = new Engine(functions, generation);
    super(engine, "test/worker/w", ["done", hidden]);
    this.engine = engine;
  }

  override async send(...messages: readonly (CallMessage | Packed)[]) {
    const answer = await super.send(...messages);
    for (const entry of answer.delayed) if ("to" in entry) this.due.push(entry);
    for (const { to, argument } of answer.messages) {
      const text = Buffer.from(argument.hex, "hex").toString();
      if (to === "test/worker/w") this.due.push({ delayMs: 0, argument });
      else this.sent.push(/[a-z0-9]+$/.exec(text)?.[0] ?? "");
    }
    for (const { egress, argument } of answer.egresses) {
      const record = Buffer.from(argument.hex, "hex").toString();
      this.letters.push({ egress, typename: argument.typename, ...JSON.parse(/\{.*\}/.exec(record)?.[0] ?? "") });
    }
    return answer;
  }

  /** Takes the first messages that are due, or all of them. */
  takeDue(count = this.due.length): Packed[] {
    return this.due
      .splice(0, count)
      .map(({ argument: { typename, hex } }) => packed(typename, Uint8Array.from(Buffer.from(hex, "hex"))));
  }

  /** Delivers what is due, in order. Returns the delays. */
  async deliver(): Promise<number[]> {
    const delays = this.due.map(({ delayMs }) => delayMs);
    await this.send(...this.takeDue());
    return delays;
  }

  /** Serves other functions from now on, as a new deployment does. */
  deploy(functions: StatefulFunctions, options: HandlerOptions = {}): void {
    const { logger } = this.engine;
    Object.assign(this.engine, { handler: new RequestReplyHandler(functions, { logger, ...options }) });
  }

  get done(): string[] {
    return JSON.parse(Buffer.from(this.state.get("done")?.value ?? Buffer.from("[]")).toString());
  }

  get keeps(): boolean {
    return this.state.get(hidden) !== undefined;
  }
}

/** A worker on whose jobs the function does nothing special yet. */
export function setUp(generation: Generation, options?: FunctionOptions): Worker {
  acts.clear();
  return new Worker(generation, options);
}
