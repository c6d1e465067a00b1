// The tests of each pair of languages, the same on both versions of StateFun.

import assert from "node:assert/strict";
import { after as afterAll, before, describe, test } from "node:test";
import type { FlinkVersion } from "../../flink/flink.ts";
import type { Step, Told } from "./actor.ts";
import { Application } from "./application.ts";
import { expected, type Kind, kindOf, kinds, types, valueNames } from "./catalogue.ts";
import type { PeerName } from "./peers.ts";

/** The limits of a language's SDK. */
export interface Limits {
  /** The kinds of values that the SDK has no type for. */
  readonly absent?: readonly Kind[];
  /** Where the SDK makes 0 of -0: its protobuf library compares by value to leave out a default of proto3. */
  readonly losesMinusZero?: "writing" | "reading and writing";
}

export interface Setting {
  readonly version: FlinkVersion;
  /** The peers by the namespace of their functions. */
  readonly peers: Readonly<Record<string, PeerName>>;
  /** The limits of each language. Defaults to none. */
  readonly limits: Readonly<Record<string, Limits>>;
}

/** Tests every pair of languages in one application. */
export function testExchange({ version, peers, limits }: Setting): void {
  const app = new Application(version, peers);
  before(() => app.start("ours"));
  afterAll(() => app.stop());

  const theirs = Object.keys(peers);
  const all = ["ours", ...theirs];
  const has = (language: string, name: string) => !limits[language]?.absent?.includes(kindOf(name));
  /** The shown form of a value that the first language wrote, and that each further language read and wrote again. */
  const after = (name: string, writers: readonly string[], reader: string): unknown => {
    const loses = writers.some((writer) => limits[writer]?.losesMinusZero !== undefined);
    const isLost = loses || limits[reader]?.losesMinusZero === "reading and writing";
    return isLost ? expected(name.replace(/ -0$/, " 0")) : expected(name);
  };
  const typename = (name: string) => {
    const type = types[kindOf(name)];
    return version === "2.2" ? (type.v2 ?? type).typename : type.typename;
  };

  describe("messages", () => {
    for (const from of all) {
      for (const to of all) {
        test(`${from} calls ${to}, which reads every value and sends it back`, async () => {
          const sender = `${from}/actor/to-${to}`;
          const reader = `${to}/actor/echo-${from}`;
          const sent = valueNames.filter((name) => has(from, name));
          app.perform(
            `${from}/actor`,
            `to-${to}`,
            sent.map((name) => ({ do: "send", to: reader, value: name })),
          );
          assertTold(
            await app.told(reader, sent.length),
            sent.map((name) => ({
              by: reader,
              caller: sender,
              typename: typename(name),
              seen: has(to, name) ? after(name, [from], to) : null,
              absent: !has(to, name),
            })),
            sent,
          );
          const returned = sent.filter((name) => has(to, name));
          assertTold(
            await app.told(sender, returned.length),
            returned.map((name) => ({
              by: sender,
              caller: reader,
              typename: typename(name),
              seen: after(name, [from, to], from),
              absent: false,
            })),
            returned,
          );
        });
      }
    }
  });

  describe("state, when a function moves", () => {
    // Each instance keeps one value of every kind, so that together the instances keep all values.
    const valueNamesOf = (kind: Kind) => valueNames.filter((name) => kindOf(name) === kind);
    const count = Math.max(...kinds.map((kind) => valueNamesOf(kind).length));
    const valueNameOf = (kind: Kind, index: number, shift: number): string => {
      const values = valueNamesOf(kind);
      return values[(index + shift) % values.length] as string;
    };
    const ids = Array.from({ length: count }, (_, index) => index);
    const kindsOf = (language: string) => kinds.filter((kind) => !limits[language]?.absent?.includes(kind));
    const set = (language: string, index: number, shift: number): Step[] =>
      kindsOf(language).map((kind) => ({ do: "set", value: valueNameOf(kind, index, shift) }));
    const tell = (language: string): Step[] => kindsOf(language).map((kind) => ({ do: "tell", kind }));
    /** The reports so far, for each function by its id. */
    const heard = new Map<string, number>();
    const toldNext = async (by: string, size: number) => {
      const before = heard.get(by) ?? 0;
      heard.set(by, before + size);
      return (await app.told(by, before + size)).slice(before);
    };

    before(async () => {
      for (const language of theirs) {
        for (const id of [...ids, "cleared"])
          app.perform(`moving/${language}`, `${id}`, set("ours", Number(id) || 0, 0));
        for (const id of ids) app.perform(`moving/${language}`, `${id}`, tell("ours"));
      }
      for (const language of theirs) {
        for (const id of ids) await toldNext(`moving/${language}/${id}`, kinds.length);
      }
      await app.move("theirs");
    });

    for (const language of theirs) {
      test(`${language} reads every state that ours wrote`, async () => {
        for (const id of ids) {
          const by = `moving/${language}/${id}`;
          app.perform(`moving/${language}`, `${id}`, tell(language));
          assertTold(
            await toldNext(by, kindsOf(language).length),
            kindsOf(language).map((kind) => ({
              by,
              caller: null,
              state: kind,
              seen: after(valueNameOf(kind, id, 0), ["ours"], language),
            })),
            kindsOf(language),
          );
        }
      });
    }

    describe("and back", () => {
      before(async () => {
        for (const language of theirs) {
          for (const id of ids) {
            app.perform(`moving/${language}`, `${id}`, [...set(language, id, 1), ...tell(language)]);
          }
          const clear: Step[] = kindsOf(language).map((kind) => ({ do: "delete", kind }));
          app.perform(`moving/${language}`, "cleared", [...clear, ...tell(language)]);
        }
        for (const language of theirs) {
          for (const id of [...ids, "cleared"]) await toldNext(`moving/${language}/${id}`, kindsOf(language).length);
        }
        await app.move("ours");
      });

      for (const language of theirs) {
        test(`ours reads every state that ${language} wrote, and its own that ${language} can't write`, async () => {
          for (const id of ids) {
            const by = `moving/${language}/${id}`;
            app.perform(`moving/${language}`, `${id}`, tell("ours"));
            const seen = (kind: Kind) =>
              kindsOf(language).includes(kind)
                ? after(valueNameOf(kind, id, 1), [language], "ours")
                : expected(valueNameOf(kind, id, 0));
            assertTold(
              await toldNext(by, kinds.length),
              kinds.map((kind) => ({ by, caller: null, state: kind, seen: seen(kind) })),
              kinds,
            );
          }
        });

        test(`ours finds no state where ${language} cleared it`, async () => {
          const by = `moving/${language}/cleared`;
          app.perform(`moving/${language}`, "cleared", tell("ours"));
          const seen = (kind: Kind) => (kindsOf(language).includes(kind) ? null : expected(valueNameOf(kind, 0, 0)));
          assertTold(
            await toldNext(by, kinds.length),
            kinds.map((kind) => ({ by, caller: null, state: kind, seen: seen(kind) })),
            kinds,
          );
        });
      }
    });
  });

  test("none of our calls failed", () => {
    assert.deepEqual(app.ourFailures, []);
  });
}

function assertTold(actual: readonly Told[], wanted: readonly Partial<Told>[], names: readonly string[]): void {
  // By name, so that a difference shows which value it is about.
  const named = (list: readonly Partial<Told>[]) =>
    Object.fromEntries(names.map((name, index) => [name, withPlainNaN(list[index])]));
  assert.deepEqual(named(actual), named(wanted));
}

/** NaN has many bit patterns, and languages write different ones. */
function withPlainNaN(told: Partial<Told> | undefined): Partial<Told> | undefined {
  const hex = told?.seen;
  if (typeof hex !== "string" || !/^[7f]f[0-9a-f]{6}([0-9a-f]{8})?$/.test(hex)) return told;
  const bytes = Buffer.from(hex, "hex");
  const value = bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE();
  return Number.isNaN(value) ? { ...told, seen: "NaN" } : told;
}
