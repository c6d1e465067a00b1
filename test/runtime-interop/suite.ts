// The tests of our functions and the peers' in one application on the embedded runtime.

import assert from "node:assert/strict";
import { after as afterAll, before, describe, test } from "node:test";
import { Address, Metadata, type TypedValue, Types } from "statefun-ts";
import type { Step } from "../interop/actor.ts";
import { type Kind, kinds, valueNames } from "../interop/catalogue.ts";
import type { Limits } from "../interop/exchange.ts";
import type { PeerName } from "../interop/peers.ts";
import { egressRecords } from "../support/reflection.js";
import { Application, generationOf } from "./application.js";
import { assertTold, namesOf, typenameOf, Values } from "./values.js";

export interface Setting {
  /** The peers by the namespace of their functions. */
  readonly peers: Readonly<Record<string, PeerName>>;
  /** The limits of each language's SDK. Defaults to none. */
  readonly limits: Readonly<Record<string, Limits>>;
}

export function testPeers({ peers, limits }: Setting): void {
  const egresses = ["interop/values", "interop/kafka", "interop/kinesis"];
  const app = new Application({ peers, egresses, v2StateOptions: ["expireAfter: 1h", "expireMode: after-write"] });
  before(() => app.start("ours"));
  afterAll(() => app.stop());

  const values = new Values(limits);
  const theirs = Object.keys(peers);
  const all = ["ours", ...theirs];

  describe("messages", () => {
    for (const from of all) {
      for (const to of all) {
        test(`${from} calls ${to}, which reads every value and sends it back`, async () => {
          const sender = `${from}/actor/to-${to}`;
          const reader = `${to}/actor/echo-${from}`;
          const sent = valueNames.filter((name) => values.has(from, name));
          const script: Step[] = sent.map((name) => ({ do: "send", to: reader, value: name }));
          await app.perform(`${from}/actor`, `to-${to}`, script);
          assertTold(
            await app.told(reader, sent.length),
            sent.map((name) => ({
              by: reader,
              caller: sender,
              typename: typenameOf(name, generationOf(peers[to])),
              seen: values.has(to, name) ? values.after(name, [from], to) : null,
              absent: !values.has(to, name),
            })),
            sent,
          );
          const returned = sent.filter((name) => values.has(to, name));
          assertTold(
            await app.told(sender, returned.length),
            returned.map((name) => ({
              by: sender,
              caller: reader,
              typename: typenameOf(name, generationOf(peers[from])),
              seen: values.after(name, [from, to], from),
              absent: false,
            })),
            returned,
          );
        });
      }
    }
  });

  describe("state, when a function moves over a restart", () => {
    // Each instance keeps one value of every kind, so that together the instances keep all values.
    const count = Math.max(...kinds.map((kind) => namesOf(kind).length));
    const ids = Array.from({ length: count }, (_, index) => index);
    const valueAt = (kind: Kind, index: number): string => {
      const names = namesOf(kind);
      return names[index % names.length] as string;
    };
    const set = (language: string, index: number): Step[] =>
      values.kindsOf(language).map((kind) => ({ do: "set", value: valueAt(kind, index) }));
    const tell = (language: string): Step[] => values.kindsOf(language).map((kind) => ({ do: "tell", kind }));
    /** Makes instances perform scripts, and then report all their states to a language. */
    const told = async (language: string, id: number, script: Step[], teller: string) => {
      const by = `moving/${language}/${id}`;
      const before = (await app.told(by, 0)).length;
      await app.perform(`moving/${language}`, `${id}`, [...script, ...tell(teller)]);
      return (await app.told(by, before + values.kindsOf(teller).length)).slice(before);
    };
    const assertStates = (
      actual: Awaited<ReturnType<typeof told>>,
      language: string,
      id: number,
      teller: string,
      seen: (kind: Kind) => unknown,
    ) => {
      const states = values.kindsOf(teller);
      const by = `moving/${language}/${id}`;
      assertTold(
        actual,
        states.map((kind) => ({ by, caller: null, state: kind, seen: seen(kind) })),
        states,
      );
    };

    test("what ours wrote, they read; what they write or clear then, ours read again", async () => {
      for (const language of theirs) for (const id of ids) await told(language, id, set("ours", id), "ours");
      await app.move("theirs");
      for (const language of theirs) {
        for (const id of ids) {
          const seen = (kind: Kind) => values.after(valueAt(kind, id), ["ours"], language);
          assertStates(await told(language, id, [], language), language, id, language, seen);
        }
        for (const id of ids) await told(language, id, set(language, id + 1), language);
        const clear: Step[] = values.kindsOf(language).map((kind) => ({ do: "delete", kind }));
        assertStates(await told(language, 0, clear, language), language, 0, language, () => null);
      }
      await app.move("ours");
      for (const language of theirs) {
        for (const id of ids) {
          const seen = (kind: Kind) => {
            // A state of a kind that the SDK lacks is as ours left it.
            if (!values.kindsOf(language).includes(kind)) return values.after(valueAt(kind, id), ["ours"], "ours");
            return id === 0 ? null : values.after(valueAt(kind, id + 1), [language], "ours");
          };
          assertStates(await told(language, id, [], "ours"), language, id, "ours", seen);
        }
      }
    });
  });

  describe("delayed messages", () => {
    const cancels = (language: string) => generationOf(peers[language]) === "v3";

    for (const language of theirs) {
      test(`what ${language} sends later arrives after its time, and not when ${language} withdraws it`, async () => {
        const to = `ours/actor/soon-${language}`;
        const withdrawn: Step[] = [
          { do: "sendAfter", ms: 10, to, value: "int 0", token: "the token" },
          { do: "cancel", token: "the token" },
        ];
        const kept: Step = { do: "sendAfter", ms: 50, to, value: "int 1" };
        const begin = Date.now();
        await app.perform(`${language}/actor`, "sends-soon", [...(cancels(language) ? withdrawn : []), kept]);
        const [told] = await app.told(to, 1);
        assert.deepEqual([told?.caller, told?.seen], [`${language}/actor/sends-soon`, 1]);
        assert.ok(Date.now() - begin >= 50);
      });
    }

    test("they wait over a restart, and those that were withdrawn before it do not come", async () => {
      const minutes = 60_000;
      for (const language of theirs) {
        // The instances have one id, so their tokens must differ.
        const to = `ours/actor/late-${language}`;
        const later = (ms: number, value: string, token?: string): Step =>
          token === undefined ? { do: "sendAfter", ms, to, value } : { do: "sendAfter", ms, to, value, token };
        const script = [later(30 * minutes, "int 1"), later(50 * minutes, "int -1")];
        if (cancels(language))
          script.unshift(
            later(20 * minutes, "int 0", `a ${language}`),
            later(40 * minutes, "int max", `b ${language}`),
          );
        await app.perform(`${language}/actor`, "sends-late", script);
        if (cancels(language))
          await app.perform(`${language}/actor`, "sends-late", [{ do: "cancel", token: `a ${language}` }]);
      }
      await app.quiet();
      await app.move("theirs");
      for (const language of theirs.filter(cancels)) {
        await app.perform(`${language}/actor`, "sends-late", [{ do: "cancel", token: `b ${language}` }]);
      }
      await app.quiet();
      app.clock.aheadMs += 50 * minutes;
      await app.move("ours");
      for (const language of theirs) {
        const told = await app.told(`ours/actor/late-${language}`, 2);
        assert.deepEqual(
          told.map(({ caller, seen }) => [caller, seen]),
          [1, -1].map((seen) => [`${language}/actor/sends-late`, seen]),
        );
      }
      assert.equal(app.engine.metrics.delayedPending, 0);
    });
  });

  for (const [index, language] of theirs.entries()) {
    test(`what ${language} sends to egresses comes out, Kafka's and Kinesis's records too`, async () => {
      const generation = generationOf(peers[language]);
      const sent = valueNames.filter((name) => values.has(language, name));
      const before = (await app.records("interop/values", 0)).length;
      const script: Step[] = sent.map((value) => ({ do: "egress", egress: "interop/values", value }));
      await app.perform(`${language}/actor`, "egresses", [
        ...script,
        { do: "kafka", egress: "interop/kafka", topic: "names", text: "é", key: language },
        { do: "kinesis", egress: "interop/kinesis", stream: "names", text: "é", partitionKey: language },
      ]);
      const records = (await app.records("interop/values", before + sent.length)).slice(before);
      assert.deepEqual(
        records.map(({ typename }) => typename),
        sent.map((name) => typenameOf(name, generation)),
      );
      const [kafka] = (await app.records("interop/kafka", index + 1)).slice(index);
      const [kinesis] = (await app.records("interop/kinesis", index + 1)).slice(index);
      const read = (record: TypedValue | undefined): any => {
        const [, name = ""] = /^type\.googleapis\.com\/(.+)$/.exec(record?.typename ?? "") ?? [];
        return egressRecords[generation].lookupType(name).decode(record?.value as Uint8Array);
      };
      assert.deepEqual([read(kafka).topic, read(kafka).key], ["names", language]);
      assert.deepEqual([read(kinesis).stream, read(kinesis).partition_key], ["names", language]);
    });

    test(`${language} ignores the metadata of a message, and what it sends has none`, async () => {
      const before = (await app.records("interop/values", 0)).length;
      const script: Step[] = [{ do: "egress", egress: "interop/values", value: "int 1" }];
      await app.perform(`${language}/actor`, "tagged", script, new Metadata({ trace: "1", nothing: null }));
      const [record] = (await app.records("interop/values", before + 1)).slice(before);
      assert.equal(record?.metadata.size, 0);
    });

    test(`states of ${language} expire`, async () => {
      if (generationOf(peers[language]) === "v2") await expiresByModule(language);
      else await expiresByFunction(language);
    });
  }

  /** The module file sets the expiration: an hour after the write. */
  async function expiresByModule(language: string): Promise<void> {
    const tell: Step = { do: "tell", kind: "int" };
    await app.perform(`${language}/actor`, "expires", [{ do: "set", value: "int 1" }, tell]);
    await app.told(`${language}/actor/expires`, 1);
    app.clock.aheadMs += 59 * 60_000;
    await app.perform(`${language}/actor`, "expires", [tell]);
    await app.told(`${language}/actor/expires`, 2);
    app.clock.aheadMs += 2 * 60_000;
    await app.perform(`${language}/actor`, "expires", [tell]);
    const told = await app.told(`${language}/actor/expires`, 3);
    assert.deepEqual(
      told.map(({ seen }) => seen),
      [1, 1, null],
    );
  }

  /** The function sets the expiration: `golden/expiring` has a text for 30 minutes, a number for a day. */
  async function expiresByFunction(language: string): Promise<void> {
    await app.move("ours", language);
    const address = Address.of("golden/expiring", language);
    const states = async () => {
      await app.engine.sweep();
      return (await app.engine.inspect(address)).states.map(({ name }) => name).sort();
    };
    const call = async () => {
      await app.engine.send(address, Types.string.pack("go"));
      await app.quiet();
    };
    await call();
    await app.engine.setState(address, "bool_value", Types.bool.pack(true));
    await app.engine.setState(address, "string_value", Types.string.pack("text"));
    await app.engine.setState(address, "int_value", Types.int.pack(5));
    app.clock.aheadMs += 29 * 60_000;
    await call();
    assert.deepEqual(await states(), ["bool_value", "int_value", "string_value"]);
    app.clock.aheadMs += 2 * 60_000;
    assert.deepEqual(await states(), ["bool_value", "int_value"]);
    app.clock.aheadMs += 24 * 60 * 60_000 - 3 * 60_000;
    assert.deepEqual(await states(), ["bool_value", "int_value"]);
    app.clock.aheadMs += 2 * 60_000;
    assert.deepEqual(await states(), ["bool_value"]);
  }

  test("none of our calls failed, and nothing is parked", async () => {
    assert.deepEqual(app.ourFailures, []);
    assert.deepEqual(await app.engine.parked({ limit: 10 }), []);
  });
}
