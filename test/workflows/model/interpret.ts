// Runs a program. What the operations do is somebody else's: a real workflow's context, or the reference.

import { TerminalError } from "statefun-ts";
import type { Node, Operation, Program } from "./program.js";

export type Waiting = Extract<Operation, { op: "step" | "call" | "sleep" | "receive" }>;

type Join = Extract<Node, { join: unknown }>;

/** What a program is run on. Each operation has the path of its place in the program, which no other one has. */
export interface Machine {
  readonly now: number;
  perform(operation: Waiting, path: string): Promise<number | undefined>;
  send(path: string): void;
  egress(path: string): void;
}

/** That the result of an operation has come: its value, or the code of its failure. */
export interface Arrival {
  readonly path: string;
  readonly value?: number | undefined;
  readonly code?: string;
  /** The time of the run when the result came. */
  readonly now: number;
}

/** What a run has done so far. */
export interface Trace {
  /** The results, in the order in which they came. */
  readonly arrivals: Arrival[];
  /** What the program has noted of its way. */
  readonly log: string[];
}

/** Runs a program to its end, and returns what it has noted of its way. Rejects with a TerminalError. */
export async function interpret(program: Program, machine: Machine, trace: Trace): Promise<readonly string[]> {
  await new Interpreter(machine, trace).block(program.body, `r${program.restarts}`);
  return trace.log;
}

export const codeOf = (thrown: unknown): string => (thrown as { code?: string }).code ?? String(thrown);

const joined: Record<Join["join"], (running: Promise<string>[]) => Promise<string>> = {
  all: async (running) => (await Promise.all(running)).join(),
  race: (running) => Promise.race(running),
  any: (running) =>
    Promise.any(running).catch(() => {
      throw new TerminalError("All have failed.", { code: "ALL_FAILED" });
    }),
  allSettled: async (running) =>
    (await Promise.allSettled(running))
      .map((one) => (one.status === "fulfilled" ? one.value : codeOf(one.reason)))
      .join(),
};

class Interpreter {
  readonly #machine: Machine;
  readonly #trace: Trace;

  constructor(machine: Machine, trace: Trace) {
    this.#machine = machine;
    this.#trace = trace;
  }

  async block(nodes: readonly Node[], path: string): Promise<string> {
    for (const [index, node] of nodes.entries()) await this.#node(node, `${path}.${index}`);
    return path;
  }

  async #node(node: Node, path: string): Promise<void> {
    if ("op" in node) await this.#operation(node, path);
    else if ("join" in node) await this.#join(node, path);
    else if ("times" in node)
      for (let time = 0; time < node.times; time++) await this.block(node.body, `${path}*${time}`);
    else if ("nested" in node) this.#note(path, await this.block(node.nested, path));
    else if ("refuse" in node) throw new TerminalError("The program says so.", { code: node.refuse });
    else await this.#attempt(node, path);
  }

  async #operation(operation: Operation, path: string): Promise<void> {
    const machine = this.#machine;
    if (operation.op === "send") machine.send(path);
    else if (operation.op === "egress") machine.egress(path);
    else {
      try {
        const value = await machine.perform(operation, path);
        this.#trace.arrivals.push({ path, value, now: machine.now });
        this.#note(path, String(value));
      } catch (thrown) {
        this.#trace.arrivals.push({ path, code: codeOf(thrown), now: machine.now });
        throw thrown;
      }
    }
  }

  async #join({ join, branches }: Join, path: string): Promise<void> {
    const running = branches.map((branch, index) => this.block(branch, `${path}/${index}`));
    this.#note(path, `${join} ${await joined[join](running)}`);
  }

  async #attempt({ attempt, rescue, always }: Extract<Node, { attempt: unknown }>, path: string): Promise<void> {
    try {
      await this.block(attempt, `${path}t`);
    } catch (thrown) {
      this.#note(path, `caught ${codeOf(thrown)}`);
      if (rescue === undefined) throw thrown;
      await this.block(rescue, `${path}c`);
    } finally {
      if (always !== undefined) await this.block(always, `${path}f`);
    }
  }

  #note(path: string, text: string): void {
    this.#trace.log.push(`${path} ${text}`);
  }
}
