// Metadata through the real engines: between functions, later, over a restore, to an egress, and not in a state.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Context, Metadata, type MetadataInput, StatefulFunctions, type TypedValue, Types } from "statefun-ts";
import { decodePacked } from "../../src/wire/packed.js";
import { Gate } from "../support/gate.js";
import { async33, okhttp33, statefun22 } from "./flavours.js";
import { tell, World } from "./world.js";

/** Order counts, a name comes twice, a null is no empty value, and bytes need not be text. */
const metadata: MetadataInput = [
  ["trace", "00-abc"],
  ["hop", "one"],
  ["hop", new Uint8Array([255, 0, 1])],
  ["nothing", null],
  ["empty", ""],
  ["grüße", "👋"],
  ["long", "x".repeat(8000)],
];
const shown = (pairs: Metadata) =>
  [...pairs].map(([name, value]) => [name, value && Buffer.from(value).toString("hex")]);
const expected = shown(new Metadata(metadata));

/** Holds every message of test/slow back. */
let hold: Promise<void> | undefined;

/** Sends messages with metadata, and one without. */
function start(context: Context): void {
  const { id } = context.address;
  tell(context, { fromIngress: shown(context.metadata) });
  context.send("test/relay", id, "now", { metadata });
  context.send("test/relay", id, "bare");
  context.sendAfter(50, "test/relay", id, "soon", { metadata });
  context.sendAfter({ seconds: 10 }, "test/relay", id, "late", { metadata });
  context.sendEgress("test/tagged", "record", { metadata });
  context.sendEgress("test/tagged", "bare");
}

/** Passes every message on, unopened, and answers one of them. */
function relay(message: TypedValue, context: Context): void {
  context.send("test/end", context.address.id, message);
  if (message.as(Types.string) === "now") context.reply(Types.int.pack(1), { metadata });
}

/** Begins at a text from the ingress; a number is the answer of the relay. */
function origin(message: string | number, context: Context): void {
  if (typeof message === "string") start(context);
  else tell(context, { answered: shown(context.metadata) });
}

/** Tells what came, and keeps the whole message as a state. */
function end(message: TypedValue, context: Context): void {
  const kept = context.state.get("kept");
  tell(context, {
    text: message.as(Types.string),
    metadata: shown(context.metadata),
    kept: kept?.metadata.size,
  });
  context.state.set("kept", message);
}

async function slow(text: string, context: Context): Promise<void> {
  await hold;
  tell(context, { text, metadata: shown(context.metadata) });
}

const functions = () =>
  new StatefulFunctions()
    .register("test/origin", origin, { handles: [Types.string, Types.int] })
    .register("test/relay", relay)
    .register("test/end", end, { state: { kept: Types.string } })
    .register("test/slow", slow, { handles: [Types.string] })
    .register(
      "test/flood",
      (text, context) => {
        for (const nth of ["first", "second", "third"]) context.send("test/slow", text, nth, { metadata });
      },
      { handles: [Types.string] },
    );

for (const flavour of [async33, okhttp33, statefun22]) {
  describe(flavour.name, { concurrency: true, timeout: 600_000 }, () => {
    test("metadata arrives now, later, after a restore and at an egress; a state has none", async () => {
      const world = new World(flavour, { functions: functions(), egresses: ["test/tagged"] });
      try {
        await world.start();
        world.send("test/origin", "a", Types.string.pack("go"));
        assert.deepEqual(await world.told("test/origin/a", 2), [{ fromIngress: [] }, { answered: expected }]);
        const early = await world.told("test/end/a", 3);
        assert.deepEqual(
          new Map(early.map(({ text, metadata }) => [text, metadata])),
          new Map([
            ["now", expected],
            ["bare", []],
            ["soon", expected],
          ]),
        );
        for (const { kept } of early.slice(1)) assert.equal(kept, 0);

        const [tagged, bare] = await world.records("test/tagged", 2);
        const atEgress = decodePacked(tagged?.unknownFields as Uint8Array, flavour.generation).metadata;
        assert.deepEqual(shown(atEgress), expected);
        assert.equal(bare?.unknownFields, undefined);

        // The first call of a function blocks its task in StateFun 3.3, and so would hold every checkpoint back.
        world.send("test/flood", "w", Types.string.pack("w"));
        await world.told("test/slow/w", 3);
        // Three messages to one address: the first is in flight and the others wait for it when the engine is killed.
        const gate = new Gate();
        hold = gate.promise;
        world.send("test/flood", "s", Types.string.pack("s"));
        await world.server.until("a call", () => world.server.callsTo("test/slow/s").length > 0);
        await world.engine.waitForCheckpoint();
        await world.engine.kill();
        hold = undefined;
        gate.open();
        await world.restore();
        assert.deepEqual(
          await world.told("test/slow/s", 3),
          ["first", "second", "third"].map((text) => ({ text, metadata: expected })),
        );
        const all = await world.told("test/end/a", 4);
        const late = all.filter(({ text }) => text === "late");
        assert.ok(late.length > 0);
        for (const one of late) assert.deepEqual(one, { text: "late", metadata: expected, kept: 0 });
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        hold = undefined;
        await world.stop();
      }
    });
  });
}
