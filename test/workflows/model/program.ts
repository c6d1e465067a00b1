// Small programs that wait: what a random workflow does, as a tree that travels as JSON.

import { json } from "statefun-ts";

/** How a function answers a call: it returns a value, replies, answers later, refuses, or does not answer. */
export type Answering = "returned" | "replied" | "late" | "refused" | "never";

/** One operation of a workflow. Times are milliseconds. */
export type Operation =
  | {
      readonly op: "step";
      readonly async: boolean;
      readonly fails: number | "always" | "terminal";
      readonly sends: boolean;
    }
  | {
      readonly op: "call";
      readonly answer: Answering;
      readonly after: number;
      readonly timeout?: number;
      readonly named: boolean;
    }
  | { readonly op: "sleep"; readonly ms: number; readonly named: boolean }
  | { readonly op: "receive"; readonly parity?: 0 | 1; readonly timeout?: number }
  | { readonly op: "send" }
  | { readonly op: "egress" };

/** A part of a program. */
export type Node =
  | Operation
  | { readonly join: "all" | "race" | "any" | "allSettled"; readonly branches: readonly (readonly Node[])[] }
  | { readonly times: number; readonly body: readonly Node[] }
  | { readonly attempt: readonly Node[]; readonly rescue?: readonly Node[]; readonly always?: readonly Node[] }
  | { readonly nested: readonly Node[] }
  | { readonly refuse: string };

export interface Program {
  readonly body: readonly Node[];
  /** How often the run starts the next one in its place. */
  readonly restarts: number;
}

export const Program = json<Program>("model/Program");

/** What comes from outside while a program runs: a note, or the order to end, so many milliseconds after what came before. */
export interface Event {
  readonly afterMs: number;
  readonly note?: number;
}

/** A program, and what comes from outside. An event without a note cancels the run. */
export interface Case {
  readonly program: Program;
  readonly events: readonly Event[];
}

/** What a step sends is named so. */
export const ofStep = (path: string): string => `${path}!`;

/** How often a step is tried. */
export const attempts = 3;

/** The value of the operation at a path. */
export function valueAt(path: string): number {
  let value = 0;
  for (const letter of path) value = (value * 31 + letter.charCodeAt(0)) % 1_000_003;
  return value;
}
