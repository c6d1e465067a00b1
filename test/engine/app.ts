// Random applications for model tests: what messages tell functions to do, and what happens outside.

import type { ValueSpec } from "../../src/model/invocation.js";
import type { Random } from "../support/random.js";
import { spec } from "./functions.js";

/** A message. No other message of the application has its id. */
export interface Msg {
  readonly id: string;
  /** How often the function fails over it before it goes well. */
  readonly fails?: number;
  /** How long the function takes over it. */
  readonly slowMs?: number;
  readonly ops: readonly Op[];
}

/** What a message makes its function do. */
export type Op =
  | { readonly op: "add"; readonly by: number }
  | { readonly op: "set"; readonly state: string; readonly to: string | undefined }
  | { readonly op: "send"; readonly to: string; readonly msg: Msg }
  | { readonly op: "reply"; readonly msg: Msg }
  | {
      readonly op: "after";
      readonly ms: number;
      readonly to: string;
      readonly msg: Msg;
      readonly token: string | undefined;
    }
  | { readonly op: "cancel"; readonly token: string }
  | { readonly op: "egress"; readonly egress: string; readonly text: string };

/** What happens outside. */
export type Step =
  | { readonly step: "send" | "call"; readonly to: string; readonly msg: Msg; readonly key: string | undefined }
  | { readonly step: "later"; readonly to: string; readonly msg: Msg; readonly ms: number; readonly token: string }
  | { readonly step: "cancel"; readonly token: string }
  | { readonly step: "set"; readonly to: string; readonly state: string; readonly value: string | undefined }
  | { readonly step: "park" | "retry"; readonly to: string }
  | { readonly step: "advance"; readonly ms: number }
  | { readonly step: "sweep" }
  | { readonly step: "restart"; readonly graceMs: number };

export interface App {
  readonly steps: readonly Step[];
  readonly maxBatch: number;
}

/** What a random application may hold. */
export interface AppOptions {
  readonly steps: number;
  /** Whether it ends in the same whatever the order and the times of calls: no deletes, no expiry, no races. */
  readonly commuting: boolean;
  /** The delays of its delayed messages. Defaults to some from 0 ms to 3 seconds, and {@link farMs}. */
  readonly delaysMs?: readonly number[];
}

const usualDelaysMs = [0, 1, 5, 10, 100, 1000, 3000];

export const functionNames = ["young", "old", "other"] as const;
const ids = ["a", "b", "c"];
export const addresses = functionNames.flatMap((name) => ids.map((id) => `${name}/${id}`));
export const states: readonly ValueSpec[] = [
  spec("sum"),
  spec("kept"),
  spec("written", "after-write", 1000),
  spec("called", "after-call", 700),
];
export const egresses = ["out/all", "out/some"];
/** v2 can't cancel delayed messages. */
export const isOld = (address: string) => address.startsWith("old/");
/** Longer than any test lasts. */
export const farMs = 1_000_000_000;

export function randomApp(random: Random, options: AppOptions): App {
  const steps: Step[] = [];
  const make = new Maker(random, options);
  for (let count = 1 + random.below(options.steps); count > 0; count -= 1) steps.push(...make.steps(steps));
  return { steps, maxBatch: random.pick([1, 2, 5, 1000]) };
}

class Maker {
  readonly #random: Random;
  readonly #commuting: boolean;
  readonly #delaysMs: readonly number[];
  readonly #tokens: string[] = [];
  #ids = 0;

  constructor(random: Random, { commuting, delaysMs = usualDelaysMs }: AppOptions) {
    this.#random = random;
    this.#commuting = commuting;
    this.#delaysMs = [...delaysMs, farMs];
  }

  steps(before: readonly Step[]): Step[] {
    const random = this.#random;
    const which = random.next();
    if (which < 0.45) return [{ step: "send", to: this.#address(), msg: this.#msg(3), key: this.#key() }];
    if (which < 0.6) return [{ step: "call", to: this.#address(), msg: this.#question(), key: this.#key() }];
    if (which < 0.67) {
      const keyed = before.filter((step) => "key" in step && step.key !== undefined);
      return keyed.length === 0 ? [] : [random.pick(keyed)];
    }
    if (which < 0.8) return [{ step: "advance", ms: random.pick([0, 1, 3, 10, 100, 400, 699, 700, 1000, 5000]) }];
    if (this.#commuting) return [];
    if (which < 0.88) return [{ step: "restart", graceMs: random.pick([0, 0, 5, 100]) }];
    if (which < 0.92) {
      const token = this.#token(1) as string;
      return [{ step: "later", to: this.#address(), msg: this.#msg(2), ms: this.#delay(), token }];
    }
    if (which < 0.94) return this.#tokens.length === 0 ? [] : [{ step: "cancel", token: random.pick(this.#tokens) }];
    if (which < 0.96) return [{ step: random.pick(["park", "retry"] as const), to: this.#address() }];
    if (which < 0.98) return [{ step: "sweep" }];
    const state = random.pick(states).name;
    const value = random.chance(0.3) ? undefined : `${random.below(100)}`;
    return [{ step: "set", to: this.#address(), state, value }];
  }

  #address(): string {
    return `${this.#random.pick(functionNames)}/${this.#random.pick(ids)}`;
  }

  #key(): string | undefined {
    return this.#random.chance(0.4) ? `key-${this.#ids}` : undefined;
  }

  #delay(): number {
    return this.#random.pick(this.#delaysMs);
  }

  #token(probability: number): string | undefined {
    if (!this.#random.chance(probability)) return undefined;
    const token = `t${this.#tokens.length}`;
    this.#tokens.push(token);
    return token;
  }

  #question(): Msg {
    const msg = this.#msg(2);
    return { ...msg, ops: [...msg.ops, { op: "reply", msg: this.#msg(0) }] };
  }

  #msg(depth: number): Msg {
    const random = this.#random;
    const id = `m${this.#ids++}`;
    const ops: Op[] = [];
    for (let count = random.below(depth + 2); count > 0; count -= 1) ops.push(...this.#ops(depth));
    const fails = random.chance(0.12) ? 1 + random.below(3) : undefined;
    const slowMs = random.chance(0.25) ? random.pick([1, 2, 7, 50]) : undefined;
    return { id, ops, ...(fails === undefined ? {} : { fails }), ...(slowMs === undefined ? {} : { slowMs }) };
  }

  #ops(depth: number): Op[] {
    const random = this.#random;
    const which = random.next();
    if (which < 0.25) return [{ op: "add", by: 1 + random.below(9) }];
    if (which < 0.4) return [{ op: "egress", egress: random.pick(egresses), text: `e${this.#ids++}` }];
    if (which < 0.5 && depth > 0) return [{ op: "reply", msg: this.#msg(depth - 1) }];
    if (which < 0.7 && depth > 0) return [{ op: "send", to: this.#address(), msg: this.#msg(depth - 1) }];
    if (which < 0.85 && depth > 0) {
      const after: Op = {
        op: "after",
        ms: this.#delay(),
        to: this.#address(),
        msg: this.#msg(depth - 1),
        token: this.#token(0.5),
      };
      // Withdrawn at once, and sent anew under the same token.
      if (after.token === undefined || random.chance(0.7)) return [after];
      return [after, { op: "cancel", token: after.token }, { ...after, msg: this.#msg(depth - 1) }];
    }
    if (this.#commuting) return [];
    if (which < 0.92) return this.#tokens.length === 0 ? [] : [{ op: "cancel", token: random.pick(this.#tokens) }];
    const state = random.pick(["kept", "written", "called"]);
    return [{ op: "set", state, to: random.chance(0.3) ? undefined : `v${this.#ids++}` }];
  }
}
