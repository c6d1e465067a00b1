// A random application: what each of its messages does. A plan has one right end, whatever order messages arrive in.
//
// Engines promise the order from one sender to one target, and so along every path of sends: of two messages on the
// same path, the first stays first. Messages on different paths may come in any order. So each path has states of its
// own, in which order counts, and the states that all paths share add up or keep a maximum. A delay is part of a path: of two
// messages with the same delay, the first stays first.

import { Random } from "../support/random.js";

/** States in which order counts. */
export const cells = ["flag", "number", "amount", "ratio", "name", "blob", "doc", "user", "kept", "visited"] as const;
export type Cell = (typeof cells)[number];

export const egresses = ["differential/out", "differential/other"] as const;
export const forms = ["json", "text", "bytes"] as const;

/** Targets are places: see {@link placeOf}. */
export type Step =
  | { do: "add" | "raise"; n: number }
  | { do: "set" | "change"; cell: Cell; n: number }
  | { do: "delete"; cell: Cell }
  | { do: "flash"; n: number }
  | { do: "tell"; egress: (typeof egresses)[number]; state?: Cell | "flash" }
  | { do: "send"; to: number; message: Message }
  | { do: "reply"; message: Message }
  | { do: "later"; ms: number; to: number; token?: string; message: Message }
  | { do: "cancel"; token: string }
  | { do: "fail"; times: number };

export interface Message {
  /** The application's seed. */
  readonly app: number;
  readonly id: number;
  /** The number of the message's path. */
  readonly path: number;
  /** The type that the message is sent in. */
  readonly form: (typeof forms)[number];
  readonly steps: readonly Step[];
}

export interface Plan {
  readonly seed: number;
  /** The messages from outside, in this order. */
  readonly roots: readonly { readonly to: number; readonly message: Message }[];
  readonly places: number;
  readonly steps: number;
  /** How many messages arrive at each place. */
  readonly arriving: readonly number[];
  /** How many delayed messages are neither due nor withdrawn. */
  readonly pending: number;
}

/** So long that no test sees the end. */
const neverMs = 3_600_000;
const delays = [0, 1, 5, 20, 60];
/** How long a flash lives, and when it is read again. */
export const flashMs = 20;
const flashGoneMs = 150;
const mostDepth = 5;

/** A path through places, from outside. A message has a caller when its path has a place before. */
interface Path {
  readonly number: number;
  readonly key: string;
  readonly place: number;
  readonly from: Path | undefined;
  /** Tokens of the path's delayed messages that still wait. */
  readonly tokens: string[];
}

export function planOf(seed: number): Plan {
  return new Planner(seed).plan();
}

class Planner {
  readonly #seed: number;
  readonly #random: Random;
  readonly #places: number;
  readonly #arriving: number[];
  readonly #paths = new Map<string, Path>();
  /** Which path owns a state of a place. */
  readonly #owners = new Map<string, Path>();
  /** How many more steps the plan may have. */
  #budget: number;
  #messages = 0;
  #steps = 0;
  #tokens = 0;
  #failures: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#places = 1 + this.#random.below(8);
    this.#arriving = new Array(this.#places).fill(0);
    this.#budget = 30 + this.#random.below(90);
    this.#failures = this.#random.chance(0.25) ? 1 : 0;
  }

  plan(): Plan {
    const roots: { to: number; message: Message }[] = [];
    while (this.#budget > 0) {
      const to = this.#random.below(this.#places);
      // A message is made with all that follows from it before the next message, so paths are made in order.
      roots.push({ to, message: this.#message(this.#path(undefined, "", to), 0) });
    }
    const pending = [...this.#paths.values()].reduce((sum, { tokens }) => sum + tokens.length, 0);
    const { seed, places, steps, arriving } = {
      seed: this.#seed,
      places: this.#places,
      steps: this.#steps,
      arriving: this.#arriving,
    };
    return { seed, roots, places, steps, arriving, pending };
  }

  #path(from: Path | undefined, hop: string, place: number): Path {
    const key = `${from?.key ?? ""} ${hop}${place}`;
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = { number: this.#paths.size, key, place, from, tokens: [] };
      this.#paths.set(key, path);
    }
    return path;
  }

  #message(path: Path, depth: number): Message {
    return this.#messageOf(path, (steps) => {
      if (this.#failures > 0 && this.#random.chance(0.1)) {
        this.#failures -= 1;
        this.#push(steps, { do: "fail", times: 1 + this.#random.below(2) });
      }
      const most = 1 + this.#random.below(4);
      for (let count = 0; count < most; count++) this.#step(steps, path, depth);
    });
  }

  #messageOf(path: Path, fill: (steps: Step[]) => void): Message {
    const id = this.#messages++;
    this.#arriving[path.place] = (this.#arriving[path.place] as number) + 1;
    const steps: Step[] = [];
    fill(steps);
    return { app: this.#seed, id, path: path.number, form: this.#random.pick(forms), steps };
  }

  #push(steps: Step[], step: Step): void {
    steps.push(step);
    this.#steps += 1;
    this.#budget -= 1;
  }

  #step(steps: Step[], path: Path, depth: number): void {
    const random = this.#random;
    const n = random.below(1_000_000) - 500_000;
    const kind = random.below(100);
    if (kind < 12) this.#push(steps, { do: "add", n });
    else if (kind < 18) this.#push(steps, { do: "raise", n });
    else if (kind < 42) this.#stepOnCell(steps, path, n);
    else if (kind < 52) this.#push(steps, { do: "tell", egress: random.pick(egresses) });
    else if (kind < 54) this.#flash(steps, path, n);
    else if (depth >= mostDepth || this.#budget <= 0) this.#push(steps, { do: "add", n });
    else if (kind < 74) {
      const fanOut = random.chance(0.2) ? 2 + random.below(5) : 1;
      for (let count = 0; count < fanOut; count++) this.#send(steps, path, depth);
    } else if (kind < 82) this.#reply(steps, path, depth);
    else if (kind < 90) this.#later(steps, path, depth);
    else if (kind < 96) this.#withToken(steps, path);
    else if (kind < 98) this.#again(steps, path);
    else this.#handOver(steps, path);
  }

  #stepOnCell(steps: Step[], path: Path, n: number): void {
    const cell = this.#cellOf(path);
    if (cell === undefined) {
      this.#push(steps, { do: "add", n });
      return;
    }
    const kind = this.#random.below(10);
    if (kind < 3) this.#push(steps, { do: "set", cell, n });
    else if (kind < 7) this.#push(steps, { do: "change", cell, n });
    else if (kind < 8) this.#push(steps, { do: "tell", egress: this.#random.pick(egresses), state: cell });
    else this.#push(steps, { do: "delete", cell });
  }

  /** A state of the path, more often one that it has used before. Undefined when other paths own all of them. */
  #cellOf(path: Path): Cell | undefined {
    const ownerOf = (cell: Cell) => this.#owners.get(`${path.place} ${cell}`);
    const own = cells.filter((cell) => ownerOf(cell) === path);
    const free = cells.filter((cell) => ownerOf(cell) === undefined);
    const from = own.length > 0 && (free.length === 0 || this.#random.chance(0.8)) ? own : free;
    if (from.length === 0) return undefined;
    const cell = this.#random.pick(from);
    this.#owners.set(`${path.place} ${cell}`, path);
    return cell;
  }

  #send(steps: Step[], path: Path, depth: number): void {
    const to = this.#random.below(this.#places);
    this.#push(steps, { do: "send", to, message: this.#message(this.#path(path, ">", to), depth + 1) });
  }

  #reply(steps: Step[], path: Path, depth: number): void {
    if (path.from === undefined) this.#send(steps, path, depth);
    else {
      const back = this.#path(path, ">", path.from.place);
      this.#push(steps, { do: "reply", message: this.#message(back, depth + 1) });
    }
  }

  #later(steps: Step[], path: Path, depth: number): void {
    const to = this.#random.below(this.#places);
    const ms = this.#random.pick(delays);
    const message = this.#message(this.#path(path, `~${ms}~`, to), depth + 1);
    this.#push(steps, { do: "later", ms, to, message });
  }

  /** A state that has expired when it is read again. Once for each place, since another write would prolong it. */
  #flash(steps: Step[], path: Path, n: number): void {
    const key = `${path.place} flash`;
    if (this.#owners.has(key)) return;
    this.#owners.set(key, path);
    this.#push(steps, { do: "flash", n });
    const look = this.#told(this.#path(path, `~${flashGoneMs}~`, path.place), "flash");
    this.#push(steps, { do: "later", ms: flashGoneMs, to: path.place, message: look });
  }

  /** Sends a message that is due much later, or withdraws one that this path has sent and uses its token again. */
  #withToken(steps: Step[], path: Path): void {
    const token = path.tokens.pop();
    if (token === undefined) {
      path.tokens.push(this.#muchLater(steps, path));
      return;
    }
    this.#push(steps, { do: "cancel", token });
    if (!this.#random.chance()) return;
    const to = this.#random.below(this.#places);
    const message = this.#told(this.#path(path, "~20~", to));
    this.#push(steps, { do: "later", ms: 20, to, token, message });
  }

  /** The token is free again when the message arrives, even in the message's own handler. */
  #again(steps: Step[], path: Path): void {
    const token = this.#token();
    const rounds = 1 + this.#random.below(3);
    const round = (from: Path, left: number): Step => {
      const to = this.#path(from, "~5~", from.place);
      const message = this.#messageOf(to, (more) => {
        this.#push(more, { do: "tell", egress: this.#random.pick(egresses) });
        if (left > 1) this.#push(more, round(to, left - 1));
        // Nothing is left to withdraw.
        else this.#push(more, { do: "cancel", token });
      });
      return { do: "later", ms: 5, to: from.place, token, message };
    };
    this.#push(steps, round(path, rounds));
  }

  /** The other function of the same id withdraws the message. Then the token is free for both functions. */
  #handOver(steps: Step[], path: Path): void {
    const other = path.place ^ 1;
    if (other >= this.#places) return;
    const token = this.#muchLater(steps, path);
    const there = this.#path(path, ">", other);
    const back = this.#path(there, ">", path.place);
    const message = this.#messageOf(there, (more) => {
      this.#push(more, { do: "cancel", token });
      const answer = this.#messageOf(back, (last) => {
        const message = this.#told(this.#path(back, "~20~", other));
        this.#push(last, { do: "later", ms: 20, to: other, token, message });
      });
      this.#push(more, { do: "reply", message: answer });
    });
    this.#push(steps, { do: "send", to: other, message });
  }

  #muchLater(steps: Step[], { number, place }: Path): string {
    const token = this.#token();
    // The message never arrives, so it does not count.
    const message: Message = { app: this.#seed, id: -1, path: number, form: "json", steps: [] };
    this.#push(steps, { do: "later", ms: neverMs, to: place, token, message });
    return token;
  }

  #told(path: Path, state?: "flash"): Message {
    const egress = this.#random.pick(egresses);
    return this.#messageOf(path, (steps) =>
      this.#push(steps, state === undefined ? { do: "tell", egress } : { do: "tell", egress, state }),
    );
  }

  #token(): string {
    return `token ${this.#tokens++}`;
  }
}
