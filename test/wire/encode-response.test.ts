import assert from "node:assert/strict";
import { test } from "node:test";
import { Address, TypedValue, Types } from "../../src/index.js";
import type { SideEffects } from "../../src/model/invocation.js";
import { encodeIncompleteContext, encodeResponse } from "../../src/wire/encode-response.js";
import { answerOf, type Effects, generations, missingOf, primitive, shown } from "../support/calls.js";
import { type Random, randomOf } from "../support/random.js";
import { anyType, fromFunction, plain, reflected } from "../support/reflection.js";

/** `npm run test:fuzz` makes more. */
const rounds = Number(process.env.STATEFUN_WIRE_ROUNDS ?? 500);

const none = (): Effects => ({ mutations: [], messages: [], delayed: [], egresses: [] });
const seth = Address.of("org.example/team/greeter", "seth");
const value = new TypedValue("example/text", Buffer.from("hi"));

for (const generation of generations) {
  test(`${generation}: nothing done is an empty invocation_result, not an empty answer`, () => {
    const bytes = encodeResponse(none(), generation);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(reflected(fromFunction[generation], { invocation_result: {} })));
    assert.ok(bytes.length > 0);
  });

  test(`${generation}: every effect is read by reflection as it was meant`, () => {
    const effects = none();
    effects.mutations.push({ name: "text", value }, { name: "gone", value: undefined });
    effects.messages.push({ target: seth, argument: value });
    effects.delayed.push({ delayMs: 0, target: seth, argument: value, cancellationToken: undefined });
    effects.delayed.push({ delayMs: 1_800_000, target: seth, argument: value, cancellationToken: undefined });
    effects.egresses.push({ namespace: "org.example/out", name: "kafka", argument: value });
    const argument = shown(value);
    assert.deepEqual(answerOf(generation, encodeResponse(effects, generation)), {
      mutations: [
        { name: "text", value: argument },
        { name: "gone", value: undefined },
      ],
      messages: [{ to: "org.example/team/greeter/seth", argument }],
      delayed: [
        { to: "org.example/team/greeter/seth", argument, delayMs: 0 },
        { to: "org.example/team/greeter/seth", argument, delayMs: 1_800_000 },
      ],
      egresses: [{ egress: "org.example/out/kafka", argument }],
    });
  });

  test(`${generation}: a primitive travels in the generation's own form`, () => {
    const effects = none();
    effects.mutations.push({ name: "n", value: Types.int.pack(-7) });
    effects.messages.push({ target: seth, argument: Types.string.pack("") });
    const answer = answerOf(generation, encodeResponse(effects, generation));
    assert.deepEqual(answer.mutations[0]?.value, shown(primitive(generation, "int", -7)));
    assert.deepEqual(answer.messages[0]?.argument, shown(primitive(generation, "string", "")));
  });

  test(`${generation}: the longest delay is exact`, () => {
    const effects = none();
    const argument = value;
    effects.delayed.push({ delayMs: Number.MAX_SAFE_INTEGER, target: seth, argument, cancellationToken: undefined });
    effects.delayed.push({ delayMs: 2 ** 32 + 1, target: seth, argument, cancellationToken: undefined });
    const read = plain(fromFunction[generation], encodeResponse(effects, generation));
    const delays = read.invocation_result.delayed_invocations.map((entry: any) => entry.delay_in_ms);
    assert.deepEqual(delays, [String(Number.MAX_SAFE_INTEGER), String(2 ** 32 + 1)]);
  });
}

test("v3: cancellations and tokens keep their places among the delayed messages", () => {
  const effects = none();
  effects.delayed.push({ delayMs: 5, target: seth, argument: value, cancellationToken: "t1" });
  effects.delayed.push({ cancel: "t1" });
  effects.delayed.push({ delayMs: 6, target: seth, argument: value, cancellationToken: "t1" });
  const argument = shown(value);
  const to = "org.example/team/greeter/seth";
  assert.deepEqual(answerOf("v3", encodeResponse(effects, "v3")).delayed, [
    { to, argument, delayMs: 5, token: "t1" },
    { cancel: "t1" },
    { to, argument, delayMs: 6, token: "t1" },
  ]);
});

test("missing states are read by reflection with their types and expirations", () => {
  const bytes = encodeIncompleteContext([
    { name: "count", typename: "io.statefun.types/int", expiration: { mode: "none", afterMs: 0 } },
    { name: "seen.Count", typename: "x/y", expiration: { mode: "after-write", afterMs: 86_400_000 } },
    { name: "__proto__", typename: "x/y", expiration: { mode: "after-call", afterMs: 1 } },
  ]);
  assert.deepEqual(missingOf(bytes), [
    { name: "count", typename: "io.statefun.types/int", mode: "NONE", afterMs: 0 },
    { name: "seen.Count", typename: "x/y", mode: "AFTER_WRITE", afterMs: 86_400_000 },
    { name: "__proto__", typename: "x/y", mode: "AFTER_INVOKE", afterMs: 1 },
  ]);
});

function randomEffects(random: Random, cancels: boolean): Effects {
  const address = () => new Address(random.text(6), random.text(6), random.text(10));
  const packed = () => new TypedValue(`t${random.text(12)}`, random.bytes(50));
  return {
    mutations: random.list(4, () => ({ name: random.text(8), value: random.chance(0.7) ? packed() : undefined })),
    messages: random.list(4, () => ({ target: address(), argument: packed() })),
    delayed: random.list(4, () =>
      cancels && random.chance(0.3)
        ? { cancel: `c${random.text(6)}` }
        : {
            delayMs: random.chance(0.3) ? 0 : random.below(Number.MAX_SAFE_INTEGER),
            target: address(),
            argument: packed(),
            cancellationToken: cancels && random.chance() ? `t${random.text(6)}` : undefined,
          },
    ),
    egresses: random.list(4, () => ({ namespace: random.text(6), name: random.text(6), argument: packed() })),
  };
}

for (const generation of generations) {
  test(`${generation}: ${rounds} random answers are what reflection encodes`, (t) => {
    const random = randomOf(t);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    for (let round = 0; round < rounds; round++) {
      const effects = randomEffects(random, generation === "v3");
      const { value: ours, theirs } = {
        value: plain(fromFunction[generation], encodeResponse(effects, generation)),
        theirs: plain(
          fromFunction[generation],
          reflected(fromFunction[generation], reflectedEffects(effects, generation)),
        ),
      };
      assert.deepEqual(
        withoutDefaults(ours),
        withoutDefaults(theirs),
        `round ${round}: ${hex(encodeResponse(effects, generation))}`,
      );
    }
  });
}

function reflectedEffects({ mutations, messages, delayed, egresses }: SideEffects, generation: "v2" | "v3") {
  const argument = ({ typename, value: bytes }: TypedValue) =>
    generation === "v2" ? { type_url: typename, value: bytes } : { typename, has_value: true, value: bytes };
  const target = ({ namespace, name, id }: Address) => ({ namespace, type: name, id });
  const stateValue = (packed: TypedValue) =>
    generation === "v2" ? reflected(anyType, argument(packed)) : argument(packed);
  return {
    invocation_result: {
      state_mutations: mutations.map(({ name, value: packed }) => ({
        state_name: name,
        mutation_type: packed === undefined ? 0 : 1,
        ...(packed !== undefined && { state_value: stateValue(packed) }),
      })),
      outgoing_messages: messages.map((entry) => ({
        target: target(entry.target),
        argument: argument(entry.argument),
      })),
      delayed_invocations: delayed.map((entry) =>
        "cancel" in entry
          ? { is_cancellation_request: true, cancellation_token: entry.cancel }
          : {
              delay_in_ms: String(entry.delayMs),
              target: target(entry.target),
              argument: argument(entry.argument),
              ...(entry.cancellationToken !== undefined && { cancellation_token: entry.cancellationToken }),
            },
      ),
      outgoing_egresses: egresses.map((entry) => ({
        egress_namespace: entry.namespace,
        egress_type: entry.name,
        argument: argument(entry.argument),
      })),
    },
  };
}

/** proto3 does not tell a default that is written from one that is left out. */
function withoutDefaults(value: any): any {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const isDefault = (field: unknown) => field === "" || field === "0" || field === 0 || field === "DELETE";
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => !isDefault(field))
      .map(([name, field]) => [name, withoutDefaults(field)]),
  );
}
