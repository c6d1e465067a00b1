// The functions of each official SDK, unchanged, on the embedded engine.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Step } from "../interop/actor.ts";
import { expected, type Kind, kindOf, kinds, types, valueNames } from "../interop/catalogue.ts";
import type { PeerName } from "../interop/peers.ts";
import { Application } from "./application.js";

interface Setting {
  readonly language: string;
  /** Kinds of values that the SDK has no type for. */
  readonly absent?: readonly Kind[];
  /** Where it makes 0 of -0; see ../interop/exchange.ts. */
  readonly losesMinusZero?: "writing" | "reading and writing";
}

const settings: Readonly<Record<PeerName, Setting>> = {
  js: { language: "js", absent: ["long", "double"], losesMinusZero: "reading and writing" },
  python: { language: "python", losesMinusZero: "reading and writing" },
  "python-2.2": { language: "python", losesMinusZero: "reading and writing" },
  go: { language: "go" },
  java: { language: "java", losesMinusZero: "writing" },
};

const timeout = { timeout: 60_000 };

for (const [peer, { language, absent = [], losesMinusZero }] of Object.entries(settings) as [PeerName, Setting][]) {
  describe(peer, () => {
    const app = new Application(peer, language);
    const has = (name: string) => !absent.includes(kindOf(name));
    const known = kinds.filter((kind) => !absent.includes(kind));
    const withoutMinusZero = (name: string) => expected(name.replace(/ -0$/, " 0"));
    const readByPeer = (name: string) =>
      losesMinusZero === "reading and writing" ? withoutMinusZero(name) : expected(name);
    const writtenByPeer = (name: string) => (losesMinusZero === undefined ? expected(name) : withoutMinusZero(name));
    const first = (kind: Kind) => valueNames.find((name) => kindOf(name) === kind) as string;
    const setAll: Step[] = known.map((kind) => ({ do: "set", value: first(kind) }));
    const tellAll: Step[] = known.map((kind) => ({ do: "tell", kind }));
    const deleteAll: Step[] = known.map((kind) => ({ do: "delete", kind }));
    const statesOf = async (by: string) => (await app.told(by, known.length)).map(({ state, seen }) => [state, seen]);

    before(() => app.start("ours"), timeout);
    after(() => app.stop(), timeout);

    test("it reads every value that ours sends, and its replies come back", timeout, async () => {
      const reader = `${language}/actor/echo-ours`;
      const steps: Step[] = valueNames.map((value) => ({ do: "send", to: reader, value }));
      await app.perform("ours/actor", "sender", steps);
      const seen = await app.told(reader, valueNames.length);
      assert.deepEqual(
        seen.map((told) => [told.caller, plain(told.seen)]),
        valueNames.map((name) => ["ours/actor/sender", has(name) ? plain(readByPeer(name)) : null]),
      );
      const returned = valueNames.filter(has);
      const replies = await app.told("ours/actor/sender", returned.length);
      assert.deepEqual(
        replies.map((told) => [told.caller, plain(told.seen)]),
        returned.map((name) => [reader, plain(writtenByPeer(name))]),
      );
    });

    test("ours reads every value that it sends", timeout, async () => {
      const sent = valueNames.filter(has);
      const steps: Step[] = sent.map((value) => ({ do: "send", to: "ours/actor/reader", value }));
      await app.perform(`${language}/actor`, "sender", steps);
      const seen = await app.told("ours/actor/reader", sent.length);
      assert.deepEqual(
        seen.map((told) => [told.caller, plain(told.seen)]),
        sent.map((name) => [`${language}/actor/sender`, plain(writtenByPeer(name))]),
      );
    });

    test("its states are there after the engine was closed and opened, and gone once deleted", timeout, async () => {
      const by = `${language}/actor/keeper`;
      const kept = known.map((kind) => [kind, writtenByPeer(first(kind))]);
      await app.perform(`${language}/actor`, "keeper", [...setAll, ...tellAll]);
      assert.deepEqual(await statesOf(by), kept);
      await app.reopen("ours");
      await app.perform(`${language}/actor`, "keeper", tellAll);
      assert.deepEqual(await statesOf(by), kept);
      await app.perform(`${language}/actor`, "keeper", deleteAll);
      await app.reopen("ours");
      await app.perform(`${language}/actor`, "keeper", tellAll);
      assert.deepEqual(
        await statesOf(by),
        known.map((kind) => [kind, null]),
      );
    });

    test("a function moves to it with its states, and back", timeout, async () => {
      const moving = `moving/${language}`;
      await app.perform(moving, "a", setAll);
      await app.reopen("theirs");
      await app.perform(moving, "a", tellAll);
      assert.deepEqual(
        await statesOf(`${moving}/a`),
        known.map((kind) => [kind, readByPeer(first(kind))]),
      );
      await app.perform(moving, "b", setAll);
      await app.reopen("ours");
      await app.perform(moving, "b", tellAll);
      assert.deepEqual(
        await statesOf(`${moving}/b`),
        known.map((kind) => [kind, writtenByPeer(first(kind))]),
      );
    });

    test("its delayed messages come when they are due, unless it has cancelled them", timeout, async () => {
      const cancels = peer !== "python-2.2";
      const to = `ours/actor/late-${language}`;
      const kept: Step = { do: "sendAfter", ms: 60_000, to, value: "string ascii" };
      const withdrawn: Step[] = [
        { do: "sendAfter", ms: 30_000, to, value: "string unicode", token: "late" },
        { do: "cancel", token: "late" },
      ];
      await app.perform(`${language}/actor`, "late", [kept, ...(cancels ? withdrawn : []), ...tellAll]);
      await statesOf(`${language}/actor/late`);
      await app.reopen("ours");
      app.clock.advance(60_001);
      const [told] = await app.told(to, 1);
      assert.equal(told?.seen, expected("string ascii"));
    });

    test("its records reach an egress", timeout, async () => {
      await app.perform(`${language}/actor`, "sends out", [
        { do: "egress", egress: "interop/other", value: "string ascii" },
        { do: "kafka", egress: "interop/other", topic: "names", key: "k", text: "v" },
      ]);
      const [text, record] = (await app.others(2)).map(({ value }) => value);
      const type = peer === "python-2.2" ? (types.string.v2 ?? types.string) : types.string;
      assert.equal(text?.typename, type.typename);
      assert.equal(type.deserialize(text.value), "hello");
      assert.match(record?.typename ?? "", /^type\.googleapis\.com\/.*\.KafkaProducerRecord$/);
    });

    test("nothing failed on the way", () => {
      assert.deepEqual(app.logger.lines, []);
    });
  });
}

/** NaN has many bit patterns, and languages don't agree on one. */
function plain(seen: unknown): unknown {
  return typeof seen === "string" && /^[7f]f[cf][0-9a-f]{5}$|^[7f]ff[89a-f][0-9a-f]{12}$/.test(seen) ? "NaN" : seen;
}
