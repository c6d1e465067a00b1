// The ways that runs of workflows take. A run that goes on begins at its top, and must ask for the same operations again, in the
// same order, until it gets a result that it had not got before.

import type { ObservedResult, RunObserver } from "../../functions/run-observer.js";
import type { TypeFinder } from "../../types/show-value.js";
import { shown as shownValue } from "./handler-run.js";

/** What a run has asked for, and where in the code; or that the run has got a result. */
type Event =
  | { readonly asked: string; readonly input: string; readonly line: string | undefined }
  | { readonly got: string; readonly what: string };

interface Way {
  /** What the run has done when it ran the last time. */
  readonly before: readonly Event[];
  readonly events: Event[];
  /** Whether the run has got another result than the last time: what was not on disk was lost, and came in another order. */
  parted: boolean;
}

export class RunWays implements RunObserver {
  readonly #types: TypeFinder;
  readonly #ways = new Map<string, Way>();
  #difference: string | undefined;

  constructor(types: TypeFinder) {
    this.#types = types;
  }

  /** Where a run has taken another way than before; undefined when none has. */
  get difference(): string | undefined {
    return this.#difference;
  }

  began(run: string): void {
    const last = this.#ways.get(run);
    if (last !== undefined) this.#assertWhole(last);
    this.#ways.set(run, { before: last?.events ?? [], events: [], parted: false });
  }

  requested(...[run, asked, input, asker]: Parameters<RunObserver["requested"]>): void {
    this.#add(run, { asked, input: this.#text(input), line: lineBelow(asker) });
  }

  delivered(run: string, key: string, { endedAt, value, error }: ObservedResult): void {
    const result = error === undefined ? shownValue(value, this.#types) : error.message;
    this.#add(run, { got: key, what: `${endedAt} ${result}` });
  }

  #text(input: Parameters<RunObserver["requested"]>[2]): string {
    if (input === undefined) return "";
    return typeof input === "number" ? `${input} ms` : shownValue(input, this.#types);
  }

  #add(run: string, event: Event): void {
    const way = this.#ways.get(run);
    if (way === undefined) return;
    const before = way.before[way.events.length];
    way.events.push(event);
    if (way.parted || before === undefined || isSame(before, event)) return;
    if ("got" in before && "got" in event) way.parted = true;
    else this.#tell(before, event);
  }

  /** A run that has ended earlier than the last time has asked for less. */
  #assertWhole({ before, events, parted }: Way): void {
    const missing = before[events.length];
    if (!parted && missing !== undefined && "asked" in missing) this.#tell(missing, undefined);
  }

  #tell(before: Event, event: Event | undefined): void {
    this.#difference ??= `The workflow is not deterministic: it has taken another way than before with the same results. Put what differs each time, such as a time or a random number, into a step, or take it from flow.now(), flow.random() and flow.uuid().\n  first: ${shown(before)}\n  then:  ${shown(event)}`;
  }
}

function isSame(one: Event, other: Event): boolean {
  if ("got" in one || "got" in other)
    return "got" in one && "got" in other && one.got === other.got && one.what === other.what;
  return one.asked === other.asked && one.input === other.input;
}

function shown(event: Event | undefined): string {
  if (event === undefined) return "nothing more";
  if ("got" in event) return `waits, and gets the result of ${event.got}`;
  const input = event.input === "" ? "" : ` ${event.input}`;
  return `${event.asked}${input}${event.line === undefined ? "" : ` at ${event.line}`}`;
}

/** The file and the line from which a function was called. */
function lineBelow(called: (...args: any[]) => unknown): string | undefined {
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, called);
  const [, frame = ""] = (trace.stack ?? "").split("\n");
  return /\(?([^\s()]+:\d+):\d+\)?$/.exec(frame)?.[1];
}
