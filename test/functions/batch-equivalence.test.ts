// A batch of n messages does what n batches of one do: seeded random commands over a function with many states. Some
// messages are refused for good, after random changes and sends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import {
  Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
} from "../../src/index.js";
import { type Answer, Engine, type Generation, generations, Instance, packed, primitive } from "../support/calls.js";
import { type Random, randomOf } from "../support/random.js";

const { User } = example;

/** What one message asks for: a list of steps, each a name and a number or a text. */
type Step = readonly [action: string, argument: number];

const steps = json<{ steps: Step[]; later: boolean }>("test/steps");
const stateNames = [
  "count",
  "Long.1",
  "name",
  "flag",
  "ratio",
  "bare",
  "list",
  "tree",
  "user",
  "blob",
  "__proto__",
  "zero",
  "bag",
];

@StatefulFunction("test/model")
class Model {
  @State("count", Types.int) count = 10;
  @State("Long.1", Types.long) long = 0n;
  @State("name", Types.string) name: string | null | undefined = "start";
  @State("flag", Types.bool) flag?: boolean;
  @State("ratio", Types.double) ratio = 0.5;
  @State("bare", Types.int) bare?: number;
  @State("list", json<number[]>("test/list")) list: number[] = [1];
  @State("tree", json<Record<string, unknown>>("test/tree")) tree?: Record<string, any> | null;
  @State("user", User) user: example.User | undefined = User.create({ userId: "u", name: "n" });
  @State("blob", Types.bytes) blob: Uint8Array = Uint8Array.of(1, 2);
  @State("__proto__", Types.string) proto?: string;
  @State("zero", Types.int) zero: number | undefined = 0;
  @State("bag", json<{ items: number[] }>("test/bag")) bag: { items: number[] } | undefined = { items: [] };

  @Handles(steps)
  run({ steps: list, later }: { steps: Step[]; later: boolean }, context: Context): void | Promise<void> {
    if (!later) {
      for (const step of list) this.take(step, context);
      return;
    }
    return (async () => {
      for (const step of list) {
        await Promise.resolve();
        this.take(step, context);
      }
    })();
  }

  take([action, n]: Step, context: Context): void {
    const self = this as Partial<Model>;
    switch (action) {
      case "count":
        this.count = (this.count ?? -7) + n;
        break;
      case "count-default":
        this.count = 10;
        break;
      case "long":
        this.long = BigInt(n) ** 5n;
        break;
      case "name":
        this.name = n % 3 === 0 ? null : `name ${n}`;
        break;
      case "flag":
        this.flag = n % 2 === 0;
        break;
      case "ratio":
        this.ratio = n / 7;
        break;
      case "bare":
        this.bare = (this.bare ?? 0) + 1;
        break;
      case "push":
        this.list.push(n);
        break;
      case "pop":
        this.list.pop();
        break;
      case "tree":
        this.tree = { ...(this.tree ?? {}), [`k${n % 3}`]: { deep: [n] } };
        break;
      case "tree-deep":
        if (this.tree) for (const value of Object.values(this.tree)) value.deep.push(n);
        break;
      case "user":
        if (this.user) this.user.name += n;
        break;
      case "user-new":
        this.user = User.create({ userId: "u", name: "n" });
        break;
      case "blob":
        if (this.blob.length > 0) this.blob[n % this.blob.length] = n & 255;
        break;
      case "blob-grow":
        this.blob = Uint8Array.of(...this.blob, n & 255);
        break;
      case "proto":
        this.proto = `p${n}`;
        break;
      case "zero":
        this.zero = n % 3;
        break;
      case "zero-clear":
        this.zero = undefined;
        break;
      case "bag":
        if (n % 2 === 0) this.bag?.items.push(n);
        else this.bag?.items.splice(0);
        break;
      case "bag-new":
        this.bag = n % 3 === 0 ? undefined : { items: [] };
        break;
      case "delete":
        delete self[
          (["count", "long", "name", "flag", "ratio", "bare", "list", "tree", "user", "blob", "proto"] as const)[
            n % 11
          ] as "count"
        ];
        this.repair();
        break;
      case "clear":
        for (const key of ["count", "long", "name", "flag", "tree", "proto", "bare"] as const) delete self[key];
        this.repair();
        break;
      case "raw-set":
        context.state.set("name", `raw ${n}`);
        break;
      case "raw-copy":
        context.state.set("count", Types.int.pack((context.state.get("bare", Types.int) ?? 0) + n));
        break;
      case "raw-zero":
        context.state.set("zero", Types.int.pack(n % 2));
        break;
      case "raw-delete":
        context.state.delete(["list", "user", "Long.1", "__proto__"][n % 4] as string);
        this.repair();
        break;
      case "send":
        context.send("test/other", `id${n}`, Types.int.pack(n));
        break;
      case "reply":
        if (context.caller !== undefined) context.reply(`reply ${n} to ${context.caller.id}`);
        break;
      case "later":
        context.sendAfter(n, "test/other", "later", `later ${n}`);
        break;
      case "egress":
        context.sendEgress("test/out", json<unknown>("test/all").pack(this.all()));
        break;
      case "refuse":
        throw new TerminalError("refused");
      default:
        throw new Error(action);
    }
  }

  /** A message may leave a state deleted; the rest of the same message must not trip over it. */
  repair(): void {
    this.list ??= [];
    this.blob ??= new Uint8Array(0);
    this.long ??= -1n;
    this.ratio ??= -1;
    if (this.count === undefined) this.count = 0;
  }

  all() {
    const { count, long, name, flag, ratio, bare, list, tree, user, blob, proto, zero, bag } = this;
    const texts = { long: String(long), blob: Buffer.from(blob ?? []).toString("hex"), user: user?.name ?? null };
    return { count, name: name ?? null, flag, ratio, bare, list, tree: tree ?? null, proto, zero, bag, ...texts };
  }
}

/** The same states left deleted until the next message, so that defaults have to be restored. */
@StatefulFunction("test/forgetful")
class Forgetful extends Model {
  override repair(): void {}

  override take(step: Step, context: Context): void {
    try {
      super.take(step, context);
    } catch (error) {
      // Within the message that deleted it, a state is undefined.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

const actions = [
  "count",
  "count",
  "count-default",
  "long",
  "name",
  "flag",
  "ratio",
  "bare",
  "push",
  "push",
  "pop",
  "tree",
  "tree-deep",
  "user",
  "user-new",
  "blob",
  "blob-grow",
  "proto",
  "zero",
  "zero",
  "zero-clear",
  "bag",
  "bag",
  "bag-new",
  "raw-zero",
  "delete",
  "delete",
  "clear",
  "raw-set",
  "raw-copy",
  "raw-delete",
  "send",
  "reply",
  "later",
  "egress",
  "egress",
  "refuse",
];

interface RandomMessage {
  readonly from?: string;
  readonly steps: Step[];
  readonly later: boolean;
}

function randomMessage(random: Random): RandomMessage {
  const list = Array.from({ length: 1 + random.below(4) }, (): Step => [random.pick(actions), random.below(1000)]);
  return { ...(random.chance() && { from: `test/caller/${random.below(3)}` }), steps: list, later: random.chance(0.3) };
}

async function run(generation: Generation, to: string, batches: readonly (readonly RandomMessage[])[]) {
  const engine = new Engine(new StatefulFunctions(Model, Forgetful), generation);
  const instance = new Instance(engine, to, stateNames);
  const effects: Omit<Answer, "mutations"> = { messages: [], delayed: [], egresses: [] };
  for (const batch of batches) {
    const answer = await instance.send(
      ...batch.map(({ from, ...body }) => ({
        ...(from !== undefined && { from }),
        argument: packed("test/steps", JSON.stringify(body)),
      })),
    );
    effects.messages.push(...answer.messages);
    effects.delayed.push(...answer.delayed);
    effects.egresses.push(...answer.egresses);
  }
  const state = [...instance.state].map(([name, value]) => [
    name,
    value && [value.typename, Buffer.from(value.value).toString("hex")],
  ]);
  return { state, effects };
}

for (const generation of generations) {
  for (const to of ["test/model/1", "test/forgetful/1"]) {
    test(`${generation}: ${to}: one batch of n messages is n batches of one`, async (t) => {
      const random = randomOf(t);
      for (let round = 0; round < 150; round++) {
        const messages = Array.from({ length: 1 + random.below(12) }, () => randomMessage(random));
        const single = await run(
          generation,
          to,
          messages.map((one) => [one]),
        );
        const whole = await run(generation, to, [messages]);
        assert.deepEqual(whole, single, `round ${round}: ${JSON.stringify(messages)}`);
        const cut = random.below(messages.length);
        const halves = [messages.slice(0, cut), messages.slice(cut)].filter((batch) => batch.length > 0);
        assert.deepEqual(await run(generation, to, halves), single, `round ${round}, cut at ${cut}`);
      }
    });
  }
}

test("v2 and v3 come to the same texts and numbers", async () => {
  const list: RandomMessage[] = [
    {
      steps: [
        ["count", 5],
        ["push", 7],
        ["user", 3],
        ["egress", 0],
      ],
      later: false,
    },
    {
      steps: [
        ["clear", 0],
        ["egress", 0],
      ],
      later: true,
    },
    { steps: [["egress", 0]], later: false },
  ];
  const [v2, v3] = await Promise.all(generations.map((generation) => run(generation, "test/model/1", [list])));
  assert.deepEqual(v2?.effects.egresses, v3?.effects.egresses);
  assert.deepEqual(v2?.state[0], ["count", [primitive("v2", "int", 0).typename, ""]]);
});
