// What the engine should do, as plainly as it can be said: one thing after the other, all in memory. It is told which
// messages each call carries, says whether that may be, and then does what they say itself.

import assert from "node:assert/strict";
import { isOld, type Msg, type Op, states } from "./app.js";

interface Waiting {
  readonly msg: Msg;
  /** Whom a reply goes to: an address, or "call:<id>". */
  readonly caller: string | undefined;
}

interface Delayed extends Waiting {
  readonly to: string;
  readonly dueAt: number;
  readonly sender: string;
  readonly token: string | undefined;
  /** Of which batch it is. */
  readonly batch: number;
  /** Withdrawn at the very moment it was due: it may have been delivered before. */
  maybe: boolean;
}

interface Value {
  readonly value: string;
  touchedAt: number;
}

class Place {
  readonly states = new Map<string, Value>();
  /** What waits, by where it came from: each keeps its order. */
  readonly lanes = new Map<string, Waiting[]>();
  inFlight: readonly string[] | undefined;
  readonly afterCall: ((now: number) => void)[] = [];
}

export class Model {
  readonly places = new Map<string, Place>();
  /** In the order in which they were sent. */
  delayed: Delayed[] = [];
  /** By egress and sender, in order. */
  readonly egress = new Map<string, string[]>();
  /** The id of the first reply to each call. */
  readonly answers = new Map<string, string>();
  #batch = 0;

  place(address: string): Place {
    const place = this.places.get(address) ?? new Place();
    this.places.set(address, place);
    return place;
  }

  send(lane: string, to: string, msg: Msg, caller: string | undefined): void {
    if (to.startsWith("call:")) {
      if (!this.answers.has(to)) this.answers.set(to, msg.id);
      return;
    }
    const { lanes } = this.place(to);
    lanes.set(lane, [...(lanes.get(lane) ?? []), { msg, caller }]);
  }

  later(sender: string, to: string, msg: Msg, dueAt: number, token: string | undefined, caller: string | undefined) {
    this.delayed.push({ msg, caller, to, dueAt, sender: tokenOwner(sender), token, batch: this.#batch, maybe: false });
  }

  /** Returns whether there was one; undefined when that depends on who was faster. */
  cancel(sender: string, token: string, now: number): boolean | undefined {
    if (sender === "outside") this.#batch += 1;
    const owner = tokenOwner(sender);
    const found = this.delayed.filter((one) => one.sender === owner && one.token === token && !one.maybe);
    const pending = found.find(({ dueAt, batch }) => dueAt > now || batch === this.#batch);
    if (pending !== undefined) this.delayed.splice(this.delayed.indexOf(pending), 1);
    for (const one of found) if (one !== pending) one.maybe = true;
    return pending !== undefined ? true : found.length > 0 ? undefined : false;
  }

  setState(address: string, name: string, value: string | undefined, now: number): void {
    const place = this.place(address);
    const set = (at: number) => {
      if (value === undefined) place.states.delete(name);
      else place.states.set(name, { value, touchedAt: at });
    };
    if (place.inFlight === undefined) set(now);
    else place.afterCall.push(set);
  }

  /** A call begins: checks that these messages may be its, and that these are the states. */
  begins(address: string, ids: readonly string[], seen: ReadonlyMap<string, string | undefined>, now: number): void {
    const place = this.place(address);
    assert.equal(place.inFlight, undefined, `two calls at once for ${address}`);
    place.inFlight = ids;
    const taken = new Set<Waiting>();
    for (const id of ids) taken.add(this.#next(address, id, taken, now));
    for (const { name } of states) {
      this.#current(place, name, now);
      assert.equal(seen.get(name), place.states.get(name)?.value, `the state ${name} of ${address}`);
    }
  }

  /** Calls in flight are given up, and so is what waits for their end. */
  restarts(): void {
    for (const place of this.places.values()) {
      place.inFlight = undefined;
      place.afterCall.length = 0;
    }
  }

  /** The call in flight, if there is one, is given up: its messages stay, and its answer does not count. */
  givesUp(address: string, now: number): void {
    this.#ends(this.place(address), now);
  }

  /** The call has failed. */
  fails(address: string, now: number): void {
    this.#ends(this.place(address), now);
  }

  /** The call's answer counts. */
  applies(address: string, now: number): void {
    const place = this.place(address);
    this.#batch += 1;
    for (const id of place.inFlight ?? []) {
      const one = this.#next(address, id, new Set(), now);
      for (const [lane, waiting] of place.lanes)
        place.lanes.set(
          lane,
          waiting.filter((other) => other !== one),
        );
      this.delayed = this.delayed.filter((other) => other !== one);
      for (const op of one.msg.ops) this.#do(address, op, one.caller, now);
    }
    const called = place.states.get("called");
    if (called !== undefined) called.touchedAt = now;
    this.#ends(place, now);
  }

  #ends(place: Place, now: number): void {
    place.inFlight = undefined;
    for (const run of place.afterCall.splice(0)) run(now);
  }

  /** The message of this id, if it may be the next one of where it comes from. */
  #next(address: string, id: string, taken: ReadonlySet<Waiting>, now: number): Waiting {
    for (const waiting of this.place(address).lanes.values()) {
      const next = waiting.find((one) => !taken.has(one));
      if (next?.msg.id === id) return next;
    }
    const due = this.delayed
      .filter((one) => one.to === address && one.dueAt <= now && !taken.has(one))
      .sort((a, b) => a.dueAt - b.dueAt);
    const at = due.findIndex((one) => one.msg.id === id);
    assert.ok(at >= 0, `${id} is not there for ${address}, or not yet its turn`);
    assert.ok(
      due.slice(0, at).every((one) => one.maybe),
      `${id} comes before others that were due earlier`,
    );
    return due[at] as Delayed;
  }

  #current(place: Place, name: string, now: number): void {
    const { expiration } = states.find((state) => state.name === name) as (typeof states)[number];
    const value = place.states.get(name);
    if (value === undefined || expiration.mode === "none") return;
    if (now >= value.touchedAt + expiration.afterMs) place.states.delete(name);
  }

  #do(self: string, op: Op, caller: string | undefined, now: number): void {
    const { states: own } = this.place(self);
    if (op.op === "add") {
      own.set("sum", { value: `${Number(own.get("sum")?.value ?? 0) + op.by}`, touchedAt: now });
    } else if (op.op === "set") {
      if (op.to === undefined) own.delete(op.state);
      else own.set(op.state, { value: op.to, touchedAt: now });
    } else if (op.op === "send") this.send(self, op.to, op.msg, self);
    else if (op.op === "reply") {
      if (caller !== undefined) this.send(self, caller, op.msg, self);
    } else if (op.op === "after") {
      this.later(self, op.to, op.msg, now + op.ms, isOld(self) ? undefined : op.token, self);
    } else if (op.op === "cancel") {
      if (!isOld(self)) this.cancel(self, op.token, now);
    } else {
      const key = `${op.egress} ${self}`;
      this.egress.set(key, [...(this.egress.get(key) ?? []), op.text]);
    }
  }

  /** Delivers everything that comes before a time, one message after the other, from time 0 on. */
  runUntil(end: number): void {
    for (let now = 0; now < end; now = Math.min(end, ...this.delayed.map(({ dueAt }) => dueAt))) {
      for (let delivered = true; delivered; ) {
        for (const { to } of this.delayed) this.place(to);
        delivered = false;
        for (const [address, place] of this.places) {
          const due = this.delayed.find(({ to, dueAt }) => to === address && dueAt <= now);
          const id = [...place.lanes.values()].flat()[0]?.msg.id ?? due?.msg.id;
          if (id === undefined) continue;
          place.inFlight = [id];
          this.applies(address, now);
          delivered = true;
        }
      }
    }
  }

  /** The states of an address that are still there. */
  statesOf(address: string, now: number): Map<string, string> {
    const place = this.place(address);
    for (const { name } of states) this.#current(place, name, now);
    return new Map([...place.states].map(([name, { value }]) => [name, value]));
  }
}

/** A token belongs to the id of its sender; those from outside to nobody. */
const tokenOwner = (sender: string) => sender.split("/")[1] ?? "";
