// State: of every type, changed, deleted, kept by id.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, Handles, json, State, StatefulFunction, Types } from "statefun-ts";
import { example } from "../../../samples/messages/messages.js";
import { packed, primitive } from "../../support/calls.js";
import { tell, type World } from "../world.js";

const Report = json<null>("test/Report");
const report = Report.pack(null);

/** Keeps the last value of each type, and sends it on. */
@StatefulFunction("test/values")
class Values {
  @State("bool", Types.bool) bool: boolean | undefined;
  @State("int", Types.int) int: number | undefined;
  @State("long", Types.long) long: bigint | undefined;
  @State("float", Types.float) float: number | undefined;
  @State("double", Types.double) double: number | undefined;
  @State("string", Types.string) string: string | undefined;
  @State("bytes", Types.bytes) bytes: Uint8Array | undefined;

  @Handles(Types.bool)
  onBool(value: boolean, context: Context) {
    this.bool = value;
    context.send("test/mirror", context.address.id, value);
  }

  @Handles(Types.int)
  onInt(value: number, context: Context) {
    this.int = value;
    context.send("test/mirror", context.address.id, Types.int.pack(value));
  }

  @Handles(Types.long)
  onLong(value: bigint, context: Context) {
    this.long = value;
    context.send("test/mirror", context.address.id, value);
  }

  @Handles(Types.float)
  onFloat(value: number, context: Context) {
    this.float = value;
    context.send("test/mirror", context.address.id, Types.float.pack(value));
  }

  @Handles(Types.double)
  onDouble(value: number, context: Context) {
    this.double = value;
    context.send("test/mirror", context.address.id, Types.double.pack(value));
  }

  @Handles(Types.string)
  onString(value: string, context: Context) {
    this.string = value;
    context.send("test/mirror", context.address.id, value);
  }

  @Handles(Types.bytes)
  onBytes(value: Uint8Array, context: Context) {
    this.bytes = value;
    context.send("test/mirror", context.address.id, value);
  }

  @Handles(Report)
  report(_: null, context: Context) {
    for (const name of ["bool", "int", "long", "float", "double", "string", "bytes"]) {
      const value = context.state.get(name);
      if (value !== undefined) context.sendEgress("test/values", value);
    }
    tell(context, "reported");
  }
}

/** Sends its message to an egress, decoded and encoded again. */
@StatefulFunction("test/mirror")
class Mirror {
  @Handles(Types.int, Types.float, Types.double)
  number(_: number, context: Context) {
    tell(context, "a number");
  }

  @Handles(Types.bool, Types.long, Types.string, Types.bytes)
  other(value: boolean | bigint | string | Uint8Array, context: Context) {
    context.sendEgress("test/mirror", value);
    tell(context, typeof value);
  }
}

const Notes = json<{ list: string[]; by: Record<string, number> }>("test/Notes");

/** Changes objects in place. */
@StatefulFunction("test/objects")
class Objects {
  @State("user", example.User) user = example.User.create({ name: "" });
  @State("notes", Notes) notes: { list: string[]; by: Record<string, number> } = { list: [], by: {} };

  @Handles(Types.string)
  note(text: string) {
    this.user.name += text;
    this.notes.list.push(text);
    this.notes.by[text] = (this.notes.by[text] ?? 0) + 1;
  }

  @Handles(Report)
  report(_: null, context: Context) {
    tell(context, { name: this.user.name, notes: this.notes });
  }
}

const Clear = json<"undefined" | "null" | "delete" | "access">("test/Clear");

@StatefulFunction("test/clearable")
class Clearable {
  @State("count", Types.int) count: number | undefined | null = 0;
  @State("kept", Types.int) kept = 0;

  @Handles(Types.string)
  add(_: string, context: Context) {
    this.count = (this.count ?? 0) + 1;
    this.kept += 1;
    tell(context, [this.count, this.kept]);
  }

  @Handles(Clear)
  clear(how: string, context: Context) {
    if (how === "undefined") this.count = undefined;
    if (how === "null") this.count = null;
    if (how === "delete") delete (this as Partial<Clearable>).count;
    if (how === "access") context.state.delete("count");
    tell(context, "cleared");
  }
}

export const stateFunctions = [Values, Mirror, Objects, Clearable];
export const stateEgresses = ["test/values", "test/mirror"];

const text = Buffer.from("bytes\u0000é");

const edges: Record<Exclude<keyof typeof Types, "bytes" | "address">, unknown[]> = {
  bool: [true, false],
  int: [0, 1, -1, 2147483647, -2147483648],
  long: [0n, -1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)],
  float: [0, -0, 1.5, -3.4028234663852886e38, Number.NaN, Number.POSITIVE_INFINITY],
  double: [0, -0, 0.1, 5e-324, Number.MAX_SAFE_INTEGER, Number.NaN, Number.NEGATIVE_INFINITY],
  string: ["", "grüße 字 😀", "\u0000"],
};

export function stateScenarios(world: World): void {
  const { generation } = world.flavour;

  test("every primitive type travels as message and as state, its edge values included", async () => {
    const expected: string[] = [];
    const mirrored: string[] = [];
    let asked = 0;
    const kinds = Object.keys(edges) as (keyof typeof edges)[];
    const rounds = Math.max(...kinds.map((kind) => edges[kind].length));
    for (let round = 0; round < rounds; round++) {
      const id = `round-${round}`;
      const messages = kinds.filter((kind) => round < edges[kind].length);
      const values = messages.map((kind) => primitive(generation, kind, edges[kind][round]));
      values.push(bytes(round === 0 ? new Uint8Array(0) : text));
      for (const { typename, value } of values) world.engine.send("test/values", id, typename, value);
      await world.told(`test/mirror/${id}`, values.length);
      // Its states are stored by now: they come back with the next call.
      world.send("test/values", id, report);
      await world.told(`test/values/${id}`, 1);
      asked += values.length;
      expected.push(...values.map(line));
      mirrored.push(
        ...values.filter(({ typename }) => !/int$|float$|double$|Int32|Float|Double/.test(typename)).map(line),
      );
    }
    const reported = await world.records("test/values", asked);
    assert.deepEqual(reported.map(line).sort(), expected.sort());
    assert.deepEqual((await world.records("test/mirror", mirrored.length)).map(line).sort(), mirrored.sort());
  });

  test("a text of a megabyte travels as message, state and egress record", async () => {
    const big = "0123456789abcdef".repeat(65_536);
    world.send("test/objects", "big", Types.string.pack(big));
    await world.server.until("the call", () =>
      world.server.callsTo("test/objects/big").some((call) => call.answerBytes),
    );
    world.send("test/objects", "big", report);
    const [{ name, notes }] = await world.told("test/objects/big", 1);
    assert.ok(name === big, "the protobuf state");
    assert.ok(notes.list[0] === big, "the JSON state");
  });

  test("a change deep inside a protobuf message or a JSON value is kept", async () => {
    for (const note of ["a", "b", "a"]) world.send("test/objects", "deep", Types.string.pack(note));
    world.send("test/objects", "deep", report);
    const [once] = await world.told("test/objects/deep", 1);
    assert.deepEqual(once, { name: "aba", notes: { list: ["a", "b", "a"], by: { a: 2, b: 1 } } });
    world.send("test/objects", "deep", Types.string.pack("c"));
    world.send("test/objects", "deep", report);
    const [, twice] = await world.told("test/objects/deep", 2);
    assert.deepEqual(twice, { name: "abac", notes: { list: ["a", "b", "a", "c"], by: { a: 2, b: 1, c: 1 } } });
  });

  for (const how of ["undefined", "null", "delete", "access"] as const) {
    test(`a state that is cleared (${how}) is gone from the engine, and counts from the start again`, async () => {
      const id = `clear-${how}`;
      const add = async (count: number) => {
        world.send("test/clearable", id, Types.string.pack("add"));
        return world.told(`test/clearable/${id}`, count);
      };
      await add(1);
      await add(2);
      world.send("test/clearable", id, Clear.pack(how));
      await world.told(`test/clearable/${id}`, 3);
      assert.deepEqual(await add(4), [[1, 1], [2, 2], "cleared", [1, 3]]);
      assert.deepEqual(
        world.server
          .callsTo(`test/clearable/${id}`)
          .filter(({ answer }) => answer?.invocation_result)
          .map(({ batch }) => storedNames(batch.state)),
        [[], ["count", "kept"], ["count", "kept"], ["kept"]],
      );
    });
  }

  test("a state that no message changes is not written again", async () => {
    world.send("test/objects", "unchanged", Types.string.pack("a"));
    await world.server.until("the call", () =>
      world.server.callsTo("test/objects/unchanged").some((c) => c.answerBytes),
    );
    world.send("test/objects", "unchanged", report);
    await world.told("test/objects/unchanged", 1);
    const last = world.server.callsTo("test/objects/unchanged").at(-1);
    assert.equal(last?.size, 1);
    assert.equal(last.answer.invocation_result.state_mutations, undefined);
  });
}

/** The states that came with a value. */
function storedNames(states: { state_name: string; state_value?: any }[]): string[] {
  return states
    .filter(({ state_value: value }) => (value instanceof Uint8Array ? value.length > 0 : value?.has_value))
    .map(({ state_name: name }) => name);
}

const line = ({ typename, value }: { typename: string; value: Uint8Array }) =>
  `${typename} ${Buffer.from(value).toString("hex")}`;

const bytes = (value: Uint8Array) =>
  packed("type.googleapis.com/google.protobuf.BytesValue", Types.bytes.serialize(value));
