// A program run without a workflow: in memory, in virtual time, from its begin to its end.

import { type Arrival, codeOf, interpret, type Machine, type Trace, type Waiting } from "./interpret.js";
import { type Case, valueAt } from "./program.js";
import type { Outcome } from "./reference.js";

interface Due {
  readonly at: number;
  readonly happen: () => boolean;
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

export async function plainRun({ program, events }: Case): Promise<{ arrivals: readonly Arrival[]; outcome: Outcome }> {
  const machine = new PlainMachine();
  let at = 0;
  for (const { afterMs, note } of events) {
    at += afterMs;
    machine.at(at, () => (note === undefined ? machine.cancel() : machine.take(note)));
  }
  const trace: Trace = { arrivals: [], log: [] };
  let outcome: Outcome;
  interpret({ ...program, restarts: 0 }, machine, trace).then(
    (log) => {
      outcome = { log: [...log] };
    },
    (thrown) => {
      outcome = { code: codeOf(thrown) };
    },
  );
  do await turn();
  while (outcome === undefined && machine.next());
  return { arrivals: trace.arrivals, outcome };
}

class PlainMachine implements Machine {
  now = 0;
  #due: Due[] = [];
  readonly #waiting = new Map<
    string,
    { readonly operation: Waiting; readonly end: (arrival: Partial<Arrival>) => void }
  >();
  #kept: number[] = [];

  perform(operation: Waiting, path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const end = ({ value, code }: Partial<Arrival>) => (code === undefined ? resolve(value) : reject({ code }));
      this.#waiting.set(path, { operation, end });
      this.#begin(operation, path);
    });
  }

  send(): void {}
  egress(): void {}

  at(at: number, happen: () => boolean): void {
    this.#due.push({ at, happen });
    this.#due.sort((a, b) => a.at - b.at);
  }

  /** Lets the next thing happen that somebody waits for; returns whether there was one. */
  next(): boolean {
    for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) {
      this.now = due.at;
      if (due.happen()) return true;
    }
    return false;
  }

  /** Gives a note to the first that takes it, or keeps the note. */
  take(note: number): boolean {
    for (const [path, { operation }] of this.#waiting) {
      if (operation.op === "receive" && takes(operation, note)) return this.#end(path, { value: note });
    }
    this.#kept.push(note);
    return false;
  }

  cancel(): boolean {
    const paths = [...this.#waiting.keys()];
    for (const path of paths) this.#end(path, { code: "RUN_CANCELLED" });
    return paths.length > 0;
  }

  #begin(operation: Waiting, path: string): void {
    const after = (ms: number, arrival: Partial<Arrival>) => this.at(this.now + ms, () => this.#end(path, arrival));
    switch (operation.op) {
      case "step": {
        const code = { always: "STEP_FAILED", terminal: "HOPELESS" }[String(operation.fails)];
        after(0, code === undefined ? { value: valueAt(path) } : { code });
        break;
      }
      case "sleep":
        after(operation.ms, {});
        break;
      case "call":
        if (operation.timeout !== undefined) after(operation.timeout, { code: "ANSWER_TIMEOUT" });
        if (operation.answer === "refused") after(0, { code: "REFUSED_CALL" });
        else if (operation.answer !== "never") after(operation.after, { value: valueAt(path) });
        break;
      case "receive": {
        const kept = this.#kept.find((note) => takes(operation, note));
        if (kept !== undefined) {
          this.#kept = this.#kept.filter((note) => note !== kept);
          after(0, { value: kept });
        } else if (operation.timeout !== undefined) after(operation.timeout, {});
      }
    }
  }

  #end(path: string, arrival: Partial<Arrival>): boolean {
    const waiting = this.#waiting.get(path);
    this.#waiting.delete(path);
    waiting?.end(arrival);
    return waiting !== undefined;
  }
}

const takes = ({ parity }: Extract<Waiting, { op: "receive" }>, note: number) =>
  parity === undefined || note % 2 === parity;
