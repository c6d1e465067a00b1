// The functions of the model test: a workflow that runs programs, its caller, and the functions that it calls and sends to.

import {
  type Address,
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  type StepContext,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { codeOf, interpret, type Machine, type Trace, type Waiting } from "./interpret.js";
import { type Answering, attempts, ofStep, Program, valueAt } from "./program.js";

export const Note = json<{ readonly note: number }>("model/Note");
const Question = json<{ readonly path: string; readonly answer: Answering; readonly after: number }>("model/Question");
const Counts = json<Record<string, number>>("model/Counts");
const Ends = json<readonly End[]>("model/Ends");
const Log = json<readonly string[]>("model/Log");

/** What a run has told its caller: what it returned, or the code with which it failed. */
export type End = { readonly log: readonly string[] } | { readonly code: string };

/** What one try of a run has done, in the process that has tried it. */
export interface Try extends Trace {
  /** Which run it was: runs that are started anew count down to 0. */
  readonly run: number;
  readonly startedAt: number;
  ended: boolean;
}

/** What happens outside of states and messages. */
export interface World {
  readonly tries: Try[];
  /** How often the body of each step has run. */
  readonly bodies: Map<string, number>;
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

export function functionsOf(world: World): StatefulFunctions {
  @StatefulFunction("model/run")
  class Run {
    @State("done", Counts) done: Record<string, number> = {};

    @Workflow(Program)
    async run(program: Program, flow: WorkflowContext): Promise<unknown> {
      const run = program.restarts;
      const one: Try = { run, startedAt: flow.now(), arrivals: [], log: [], ended: false };
      world.tries.push(one);
      try {
        const log = await interpret(program, new FlowMachine(flow, this, world, one), one);
        if (run > 0) return flow.restart({ ...program, restarts: run - 1 });
        return Log.pack([...log]);
      } finally {
        one.ended = true;
      }
    }
  }

  @StatefulFunction("model/caller")
  class Caller {
    @State("ends", Ends) ends: readonly End[] = [];

    @Workflow(Program)
    async call(program: Program, flow: WorkflowContext) {
      let end: End;
      try {
        const log = await flow.call("model/run", flow.address.id, Program.pack(program), { answer: Log });
        end = { log };
      } catch (thrown) {
        end = { code: codeOf(thrown) };
      }
      await flow.step("end", () => {
        this.ends = [...this.ends, end];
      });
    }
  }

  @StatefulFunction("model/answerer")
  class Answerer {
    @State("caller", Types.address) caller: Address | undefined;

    @Handles(Question)
    ask({ path, answer, after }: { path: string; answer: Answering; after: number }, context: Context) {
      const value = Types.int.pack(valueAt(path));
      if (answer === "returned") return value;
      if (answer === "refused") throw new TerminalError("No.", { code: "REFUSED_CALL" });
      if (answer === "replied") context.reply(value);
      else this.caller = context.deferReply();
      if (answer === "late") context.sendAfter(after, context.address, value);
    }

    @Handles(Types.int)
    answer(value: number, context: Context) {
      if (this.caller !== undefined) context.send(this.caller, Types.int.pack(value));
    }
  }

  @StatefulFunction("model/sink")
  class Sink {
    @State("count", Types.int) count = 0;

    @Handles(Types.string)
    take() {
      this.count += 1;
    }
  }

  return new StatefulFunctions(Run, Caller, Answerer, Sink);
}

/** Performs the operations of a program as those of a workflow. */
class FlowMachine implements Machine {
  readonly #flow: WorkflowContext;
  readonly #instance: { done: Record<string, number> };
  readonly #world: World;
  readonly #try: Try;

  constructor(flow: WorkflowContext, instance: { done: Record<string, number> }, world: World, one: Try) {
    this.#flow = flow;
    this.#instance = instance;
    this.#world = world;
    this.#try = one;
  }

  get now(): number {
    return this.#flow.now();
  }

  async perform(operation: Waiting, path: string): Promise<number | undefined> {
    const flow = this.#flow;
    switch (operation.op) {
      case "step":
        return flow.step(path, (step) => this.#body(operation, path, step), { attempts });
      case "sleep":
        await flow.sleep(operation.ms, operation.named ? { name: path } : {});
        return undefined;
      case "receive": {
        const { parity, timeout } = operation;
        const where = parity === undefined ? {} : { where: ({ note }: { note: number }) => note % 2 === parity };
        const got = await flow.receive(Note, { ...(timeout === undefined ? {} : { timeout }), ...where });
        return got?.note;
      }
      case "call": {
        const { answer, after, timeout, named } = operation;
        const limit = timeout === undefined ? {} : { timeout };
        const options = { answer: Types.int, ...limit, ...(named ? { name: path } : {}) };
        return flow.call("model/answerer", path, Question.pack({ path, answer, after }), options);
      }
    }
  }

  send(path: string): void {
    this.#flow.send("model/sink", path, path);
  }

  egress(path: string): void {
    const { arrivals } = this.#try;
    this.#flow.sendEgress("model/records", Sent.pack({ path, arrivals }));
  }

  #body(
    { async, fails, sends }: Extract<Waiting, { op: "step" }>,
    path: string,
    step: StepContext,
  ): number | Promise<number> {
    const { bodies } = this.#world;
    bodies.set(path, (bodies.get(path) ?? 0) + 1);
    const end = () => {
      if (sends) step.send("model/sink", ofStep(path), path);
      if (fails === "terminal") throw new TerminalError("Never.", { code: "HOPELESS" });
      if (fails === "always" || step.attempt <= fails) throw new Error("Not yet.");
      const { done } = this.#instance;
      done[path] = (done[path] ?? 0) + 1;
      return valueAt(path);
    };
    return async ? turn().then(end) : end();
  }
}

/** What a run has sent to an egress, and what it knew then: whatever becomes of the run, its results begin with these. */
const Sent = json<Pick<Trace, "arrivals"> & { readonly path: string }>("model/Record");
