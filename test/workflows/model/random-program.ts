// Draws programs, and makes those that fail smaller.

import type { Random } from "../../support/random.js";
import type { Answering, Case, Event, Node, Operation, Program } from "./program.js";

/** No two times of a program are the same, so that what comes first is certain. */
class Times {
  readonly #random: Random;
  readonly #taken = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
  }

  next(most = 60_000): number {
    for (;;) {
      const time = 1 + this.#random.below(most);
      if (this.#taken.has(time)) continue;
      this.#taken.add(time);
      return time;
    }
  }
}

const answers: readonly Answering[] = ["returned", "replied", "late", "late", "refused", "never"];
const joins = ["all", "race", "any", "allSettled"] as const;

/** Draws a program, and what comes from outside. */
export function randomCase(random: Random): Case {
  const times = new Times(random);
  const body = block(random, times, 2, 5);
  const program: Program = { body, restarts: random.chance(0.15) ? 1 : 0 };
  const notes = random.list(5, (note): Event => ({ afterMs: times.next(30_000), note }));
  const events = random.chance(0.3) ? withCancel(random, notes, times) : notes;
  return { program, events };
}

function withCancel(random: Random, notes: readonly Event[], times: Times): Event[] {
  const place = random.below(notes.length + 1);
  return notes.toSpliced(place, 0, { afterMs: times.next(40_000) });
}

function block(random: Random, times: Times, depth: number, most: number): Node[] {
  return Array.from({ length: 1 + random.below(most) }, () => node(random, times, depth));
}

function node(random: Random, times: Times, depth: number): Node {
  if (depth === 0 || random.chance(0.6)) return random.chance(0.03) ? { refuse: "REFUSED" } : operation(random, times);
  const inner = (most: number) => block(random, times, depth - 1, most);
  switch (random.below(6)) {
    case 0:
    case 1:
    case 2:
      return { join: random.pick(joins), branches: Array.from({ length: 2 + random.below(2) }, () => inner(2)) };
    case 3:
      return { times: 2 + random.below(2), body: inner(2) };
    case 4: {
      const rescue = random.chance(0.7) ? { rescue: inner(2) } : {};
      const always = random.chance(0.5) || !("rescue" in rescue) ? { always: inner(2) } : {};
      return { attempt: inner(3), ...rescue, ...always };
    }
    default:
      return { nested: inner(3) };
  }
}

function operation(random: Random, times: Times): Operation {
  const named = random.chance(0.4);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2: {
      const fails = random.chance(0.6) ? 0 : random.pick([1, 2, "always", "terminal"] as const);
      return { op: "step", async: random.chance(0.5), fails, sends: random.chance(0.3) };
    }
    case 3:
    case 4:
    case 5: {
      const answer = random.pick(answers);
      const timeout = answer === "never" || random.chance(0.3) ? { timeout: times.next() } : {};
      return { op: "call", answer, after: answer === "late" ? times.next() : 0, ...timeout, named };
    }
    case 6:
      return { op: "sleep", ms: times.next(), named };
    case 7:
    case 8: {
      const parity = random.chance(0.4) ? { parity: random.pick([0, 1] as const) } : {};
      return { op: "receive", ...parity, ...(random.chance(0.9) ? { timeout: times.next() } : {}) };
    }
    default:
      return random.chance() ? { op: "send" } : { op: "egress" };
  }
}

/** Every case that is a little smaller. */
export function* smallerCases({ program, events }: Case): Iterable<Case> {
  for (const at of events.keys()) yield { program, events: events.toSpliced(at, 1) };
  if (program.restarts > 0) yield { program: { ...program, restarts: 0 }, events };
  for (const body of smallerBlocks(program.body)) yield { program: { ...program, body }, events };
}

function* smallerBlocks(nodes: readonly Node[]): Iterable<readonly Node[]> {
  for (const [at, node] of nodes.entries()) {
    yield nodes.toSpliced(at, 1);
    for (const inner of blocksOf(node)) yield nodes.toSpliced(at, 1, ...inner);
    for (const smaller of smallerNodes(node)) yield nodes.with(at, smaller);
  }
}

function blocksOf(node: Node): (readonly Node[])[] {
  if ("join" in node) return [...node.branches];
  if ("times" in node) return [node.body];
  if ("nested" in node) return [node.nested];
  if ("attempt" in node) return [node.attempt, node.rescue ?? [], node.always ?? []];
  return [];
}

function* smallerNodes(node: Node): Iterable<Node> {
  if ("join" in node) {
    const { branches } = node;
    if (branches.length > 1) for (const at of branches.keys()) yield { ...node, branches: branches.toSpliced(at, 1) };
    for (const [at, branch] of branches.entries()) {
      for (const smaller of smallerBlocks(branch)) yield { ...node, branches: branches.with(at, smaller) };
    }
  } else if ("times" in node) {
    for (const body of smallerBlocks(node.body)) yield { ...node, body };
  } else if ("nested" in node) {
    for (const nested of smallerBlocks(node.nested)) yield { nested };
  } else if ("attempt" in node) {
    const { rescue, always } = node;
    for (const attempt of smallerBlocks(node.attempt)) yield { ...node, attempt };
    if (rescue !== undefined) for (const smaller of smallerBlocks(rescue)) yield { ...node, rescue: smaller };
    if (always !== undefined) for (const smaller of smallerBlocks(always)) yield { ...node, always: smaller };
  } else if ("op" in node && node.op === "step") {
    if (node.async) yield { ...node, async: false };
    if (node.fails !== 0) yield { ...node, fails: 0 };
    if (node.sends) yield { ...node, sends: false };
  } else if ("op" in node && node.op === "call" && node.answer !== "returned") {
    const { timeout: _, ...call } = node;
    yield { ...call, answer: "returned", after: 0 };
  }
}
