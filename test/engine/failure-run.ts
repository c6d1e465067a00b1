// Carries out a plan of failures on an engine that crashes, and compares the end with what the messages themselves say.

import assert from "node:assert/strict";
import type { Endpoint, Route } from "../../src/engine/endpoint.js";
import { Engine } from "../../src/engine/engine.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { RequestReplyHandler } from "../../src/functions/request-reply.js";
import { StatefulFunctions } from "../../src/functions/stateful-functions.js";
import type { Address } from "../../src/model/address.js";
import type { DeadLetter } from "../../src/model/dead-letter.js";
import { TerminalError } from "../../src/model/terminal-error.js";
import { json } from "../../src/types/json.js";
import { ForgetfulStore } from "../store/forgetful-store.js";
import { ManualClock } from "../support/manual-clock.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { compareEnds, type Delivered, type Way } from "./failure-ends.js";
import { attempts, functionNames, type Plan, type Planned, type Root, type Step } from "./failure-plan.js";
import { at } from "./functions.js";

const Message = json<Planned>("test/planned");
const Ids = json<readonly string[]>("test/ids");
/** Longer than all tries of a message, many times. */
const restMs = 60_000;
/** The offer to read how each message ended, which other SDKs do not see. */
const offer = Buffer.from([0x88, 0xb5, 0x18, 1]);
const never = () => new Promise<never>(() => {});

export class FailureRun {
  readonly #plan: Plan;
  readonly #way: Way;
  #engine!: Engine;
  #clock = new ManualClock();
  #store = new ForgetfulStore({ autoSync: true });
  #life = 0;
  #parked: { readonly address: Address; readonly first: string }[] = [];
  #letters: DeadLetter[] = [];
  #retries = 0;
  #resends = 0;
  readonly #runs = new Map<string, number>();
  readonly #corrected = new Set<string>();
  /** Messages that were dropped, and those of which a crash may have undone the drop. */
  readonly #dropped = new Set<string>();
  readonly #maybeDropped = new Set<string>();
  readonly #edited = new Set<string>();
  readonly #failedLast = new Map<string, string>();
  readonly #unacknowledged = new Set<Root>();
  /** What callers were told in the end. */
  readonly #told = new Map<string, string>();
  readonly #records = new Map<string, { readonly by: string; readonly id: string }>();
  #fault: unknown;

  constructor(plan: Plan, way: Way) {
    this.#plan = plan;
    this.#way = way;
  }

  async run(): Promise<void> {
    await this.#open();
    for (const step of this.#plan.steps) {
      await this.#look();
      await this.#do(step);
      await this.#clock.settle();
      if (this.#fault !== undefined) throw this.#fault;
    }
    await this.#rest();
    if (this.#keepsAll) await this.#compareLetters();
    await this.#correctAll();
    await this.#compare();
    await this.#engine.close(0);
  }

  get #keepsAll(): boolean {
    return this.#plan.letters > 100;
  }

  get #crashes(): number {
    return this.#life - 1;
  }

  async #open(): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    const routes = this.#routes(life);
    this.#engine = await Engine.open({
      store: this.#store,
      clock: this.#clock,
      logger: { warn() {}, error() {} },
      egresses: ["out/all"],
      limits: { deadLetters: this.#plan.letters },
      policy: { retry: { attempts } },
      findRoute: (_namespace, name) => routes.get(name),
    });
    const { metrics } = this.#engine;
    this.#clock.watch = () => ({
      busy: false,
      done: metrics.batches + metrics.messagesIn + metrics.egressAcknowledged + metrics.deadLetters,
    });
    this.#engine.attach("out/all", {
      window: 4,
      receive: async ({ id, value }) => {
        if (life !== this.#life) return never();
        const [by = "", text = ""] = value.as(Ids);
        const before = this.#records.get(id);
        if (before !== undefined && before.id !== text) this.#fault ??= new Error(`two records have the id ${id}`);
        this.#records.set(id, { by, id: text });
      },
    });
  }

  #routes(life: number): Map<string, Route> {
    const functions = new StatefulFunctions();
    for (const name of functionNames) {
      functions.register(
        `test/${name}`,
        async (planned: Planned, context, state) => {
          const { id, kind, fails, children } = planned;
          const self = `${name}/${context.address.id}`;
          if (life !== this.#life) return never();
          const run = (this.#runs.get(id) ?? 0) + 1;
          this.#runs.set(id, run);
          // Everything is done before the message fails, so that all of it has to be undone.
          state.list = [...state.list, id];
          context.sendEgress("out/all", Ids.pack([self, id]));
          for (const { to, message } of children) context.send(at(to), Message.pack(message));
          if (kind === "late") await new Promise(setImmediate);
          if (life !== this.#life) return never();
          if (kind === "refused") throw new TerminalError("It is refused.", { code: "NO", details: id });
          if ((kind === "fails" && run <= fails) || (kind === "broken" && !this.#corrected.has(id))) {
            this.#failedLast.set(self, id);
            throw new Error("It fails.");
          }
          return Ids.pack(["ok", id]);
        },
        { handles: [Message], state: { list: { type: Ids, default: () => [] } } },
      );
    }
    const endpoint = this.#endpoint(functions);
    const { maxBatch } = this.#plan;
    const common = { endpoint, generation: "v3", maxBatch, states: undefined, label: this.#way } as const;
    return new Map<string, Route>([
      ["parks", { ...common, policy: { onFailure: "park" } }],
      ["letters", { ...common, policy: { onFailure: "deadLetter" } }],
    ]);
  }

  #endpoint(functions: StatefulFunctions): Endpoint {
    if (this.#way === "in this process") {
      const local = new LocalFunctions(functions);
      return { run: (batch, taker) => local.run(batch, taker), close: async () => {} };
    }
    const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
    if (this.#way === "over HTTP") return { call: (request) => handler.handle(request), close: async () => {} };
    const call = (request: Uint8Array) => {
      assert.deepEqual(Buffer.from(request.subarray(-offer.length)), offer);
      return handler.handle(request.subarray(0, -offer.length));
    };
    return { call, close: async () => {} };
  }

  async #do(step: Step): Promise<void> {
    if ("message" in step) {
      this.#unacknowledged.add(step);
      this.#request(step);
    } else if (step.step === "advance") await this.#clock.advance(step.ms);
    else if (step.step === "hold") this.#store.autoSync = false;
    else if (step.step === "crash") await this.#crash(step.kept);
    else if (step.step === "resendAll") {
      this.#resends += 1;
      this.#aside(this.#engine.deadLetters.resendAll());
    } else if (step.step === "correct") {
      const [id] = [...this.#failedLast.values()].slice(step.which % Math.max(1, this.#failedLast.size));
      if (id !== undefined) this.#corrected.add(id);
    } else if (step.step === "parked") this.#changeParked(step.change, step.which);
    else this.#changeLetter(step.change, step.which);
  }

  /** What may be chosen. While the disk is behind, nobody can ask the engine: then it is what was there before. */
  async #look(): Promise<void> {
    if (!this.#store.autoSync) return;
    this.#parked = [];
    for (const { address } of await this.#engine.parked({ limit: 10 })) {
      const [first] = (await this.#engine.inspect(address)).mailbox;
      assert.ok(first !== undefined);
      this.#parked.push({ address, first: first.value.as(Message).id });
    }
    ({ letters: this.#letters } = await this.#engine.deadLetters.list());
  }

  #changeParked(change: "retry" | "drop", which: number): void {
    const [chosen] = this.#parked.splice(which % Math.max(1, this.#parked.length), 1);
    if (chosen === undefined) return;
    this.#retries += 1;
    const { address, first } = chosen;
    if (change === "retry") this.#aside(this.#engine.retry(address));
    else this.#dropping(first, this.#engine.drop(address, "first"));
  }

  #changeLetter(change: "resend" | "edit" | "drop", which: number): void {
    const { deadLetters } = this.#engine;
    const [letter] = this.#letters.splice(which % Math.max(1, this.#letters.length), 1);
    if (letter === undefined) return;
    const planned = letter.value.as(Message);
    if (change === "drop") this.#dropping(planned.id, deadLetters.drop(letter.id));
    else if (change === "resend") {
      this.#resends += 1;
      this.#aside(deadLetters.resend(letter.id));
    } else if (this.#store.autoSync) {
      // Behind a disk that is behind, a crash could undo the edit, and nobody would know which message the letter holds.
      this.#aside(deadLetters.edit(letter.id, Message.pack({ ...planned, kind: "good" })));
      this.#edited.add(planned.id);
    }
  }

  #dropping(id: string, drop: Promise<unknown>): void {
    const life = this.#life;
    this.#maybeDropped.add(id);
    this.#aside(
      drop.then(() => {
        if (life !== this.#life) return;
        this.#maybeDropped.delete(id);
        this.#dropped.add(id);
      }),
    );
  }

  /** Lets a change go on by itself. It ends when the disk has caught up, or with a crash. */
  #aside(change: Promise<unknown>): void {
    const life = this.#life;
    change.catch((thrown) => {
      // Somebody else may have sent the letter again.
      if (life === this.#life && thrown.code !== "NOT_FOUND") this.#fault ??= thrown;
    });
  }

  async #crash(kept: number): Promise<void> {
    const durable = this.#store.crash(Math.floor(kept * (this.#store.held + 1)));
    const next = new ForgetfulStore({ autoSync: true });
    await next.write(await durable.entries({ from: "", to: "\u{10ffff}", limit: Number.POSITIVE_INFINITY }));
    this.#store = next;
    this.#clock = new ManualClock(this.#clock.now());
    await this.#open();
    // Clients ask again for what nobody has acknowledged, in the order in which they have asked.
    for (const root of this.#unacknowledged) this.#request(root);
  }

  #request(root: Root): void {
    const { step, to, message } = root;
    // A dropped message is forgotten with its key: a client that asked again would send another one.
    if (!this.#isKept(message.id)) return;
    const life = this.#life;
    const value = Message.pack(message);
    const options = { idempotencyKey: message.id };
    const answer =
      step === "send"
        ? this.#engine.send(at(to), value, options).then(() => "sent")
        : this.#engine
            .call(at(to), value, { ...options, timeoutMs: 1e9 })
            .then((result) => `ok ${(result?.as(Ids) ?? [])[1]}`);
    const done = (told: string) => {
      if (life !== this.#life) return;
      const before = this.#told.get(message.id);
      if (before !== undefined && before !== told) {
        this.#fault ??= new Error(`the caller of ${message.id} was told ${before}, and then ${told}`);
      }
      this.#told.set(message.id, told);
      this.#unacknowledged.delete(root);
    };
    answer.then(done, (thrown) => {
      if (life !== this.#life) return;
      if (thrown instanceof TerminalError) done(`${thrown.code} ${thrown.details}`);
      else if (thrown.code !== "ADDRESS_PARKED") done(thrown.code);
      else if (step === "send" || (this.#keepsAll && to.startsWith("letters/"))) this.#fault ??= thrown;
      // Otherwise the client asks again after the next crash, and at the end.
    });
  }

  /** The disk catches up, and everything that goes on by itself comes to its end. */
  async #rest(): Promise<void> {
    this.#store.autoSync = true;
    this.#store.sync();
    for (const root of this.#unacknowledged) if (root.step === "call") this.#request(root);
    await this.#clock.advance(restMs);
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #keptIds(): Promise<string[]> {
    const { letters } = await this.#engine.deadLetters.list({}, { limit: 1000 });
    return letters.map(({ value }) => value.as(Message).id).sort();
  }

  /** All messages that have been delivered, each with its address and its sender. */
  async #delivered() {
    const applied = new Map<string, readonly string[]>();
    for (const name of functionNames) {
      for (const id of ["a", "b"]) {
        const { states } = await this.#engine.inspect(at(`${name}/${id}`));
        applied.set(`${name}/${id}`, states.find((state) => state.name === "list")?.value.as(Ids) ?? []);
      }
    }
    const all: Delivered[] = [];
    const add = (message: Planned, to: string, from: string) => {
      const isApplied = applied.get(to)?.includes(message.id) === true;
      all.push({ message, to, from, applied: isApplied });
      if (isApplied) for (const child of message.children) add(child.message, child.to, to);
    };
    for (const step of this.#plan.steps) {
      if ("message" in step) add(step.message, step.to, step.step);
    }
    return { applied, all };
  }

  /** Each message that failed for good has one letter, and no other message has one. */
  async #compareLetters(): Promise<void> {
    const { all } = await this.#delivered();
    const expected = all.filter(({ message: { id, kind }, to, from, applied }) => {
      if (!to.startsWith("letters/") || applied || this.#dropped.has(id) || this.#maybeDropped.has(id)) return false;
      return kind === "broken" || (kind === "refused" && from !== "call");
    });
    const kept = (await this.#keptIds()).filter((id) => !this.#maybeDropped.has(id));
    assert.deepEqual(kept, expected.map(({ message }) => message.id).sort(), "the dead letters");
  }

  /** Corrects everything, and has it done: only refused messages are left as letters. */
  async #correctAll(): Promise<void> {
    const correct = ({ id, children }: Planned): void => {
      this.#corrected.add(id);
      for (const { message } of children) correct(message);
    };
    for (const step of this.#plan.steps) if ("message" in step) correct(step.message);
    for (let round = 0; round < 10; round++) {
      this.#retries += 1;
      this.#resends += 1;
      for (const { address } of await this.#engine.parked({ limit: 10 })) await this.#engine.retry(address);
      await this.#engine.deadLetters.resendAll();
      await this.#rest();
    }
  }

  async #compare(): Promise<void> {
    const { applied, all } = await this.#delivered();
    assert.deepEqual(await this.#engine.parked({ limit: 10 }), [], "addresses are parked");
    assert.equal(this.#engine.metrics.mailboxMessages, 0, "messages wait");
    assert.deepEqual([...this.#unacknowledged].map(({ message }) => message.id).filter(this.#isKept), [], "unanswered");
    compareEnds({
      way: this.#way,
      runs: this.#runs,
      told: this.#told,
      dropped: this.#dropped,
      maybeDropped: this.#maybeDropped,
      edited: this.#edited,
      crashes: this.#crashes,
      resends: this.#resends,
      retries: this.#retries,
      all,
      applied,
      records: [...this.#records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record),
    });
  }

  readonly #isKept = (id: string) => !this.#dropped.has(id) && !this.#maybeDropped.has(id);
}
