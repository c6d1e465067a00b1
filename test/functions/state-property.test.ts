// Large stored values: what no handler touches is neither compared nor written, and everything else is as with small
// ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  type Context,
  custom,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "../../src/index.js";
import { Engine, generations, packed, primitive } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";

interface Doc {
  padding: string;
  list: number[];
}
const padding = "x".repeat(1000);
const written: string[] = [];
const read: string[] = [];
/** JSON that notes how often it is encoded and decoded. */
const Noted = custom<Doc>(
  "test/doc",
  (doc) => {
    written.push("doc");
    return Buffer.from(JSON.stringify(doc));
  },
  (bytes) => {
    read.push("doc");
    return JSON.parse(String(bytes));
  },
);
const docBytes = (list: number[]) => packed("test/doc", Buffer.from(JSON.stringify({ padding, list })));

interface Holder {
  doc: Doc | undefined;
  text: string | undefined;
}
let act: (holder: Holder, context: Context) => unknown = () => {};

@StatefulFunction("test/class")
class Class {
  @State("doc", Noted) doc: Doc | undefined = { padding: "", list: [] };
  @State("text", Types.string) text: string | undefined = "default";
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return act(this, context);
  }
}

@StatefulFunction("test/accessor")
class Accessor {
  @State("doc", Noted) accessor doc: Doc | undefined = { padding: "", list: [] };
  @State("text", Types.string) accessor text: string | undefined = "default";
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return act(this, context);
  }
}

@StatefulFunction("test/frozen")
class Frozen {
  @State("doc", Noted) doc: Doc | undefined;
  @State("text", Types.string) text: string | undefined;
  constructor() {
    this.doc = undefined;
    this.text = "default";
    Object.preventExtensions(this);
  }
  @Handles(Types.string)
  handle(_message: string, context: Context) {
    return act(this, context);
  }
}

@StatefulFunction("test/proxied")
class Proxied extends Class {}

const functions = new StatefulFunctions(Class, Accessor, Frozen)
  .bind(Proxied, { create: () => new Proxy(new Proxied(), {}) })
  .register("test/registered", (_message, context, state) => act(state as Holder, context), {
    handles: [Types.string],
    state: {
      doc: { type: Noted, default: () => ({ padding: "", list: [] }) },
      text: { type: Types.string, default: "default" },
    },
  });
const assign = (values: Partial<Holder>) => (holder: Holder) => Object.assign(holder, values);
const all = ["class", "accessor", "frozen", "proxied", "registered"];
/** Those whose properties are plain ones, which can be watched. */
const watched = ["class", "proxied", "registered"];

for (const generation of generations) {
  const engine = new Engine(functions, generation);
  const long = primitive(generation, "string", padding);
  const call = async (
    name: string,
    acts: ((holder: Holder, context: Context) => unknown)[],
    stored = docBytes([1]),
  ) => {
    const turns = [...acts];
    act = (holder, context) => turns.shift()?.(holder, context);
    written.length = 0;
    read.length = 0;
    const { mutations } = await engine.call({
      to: `test/${name}/1`,
      state: { doc: stored, text: long },
      messages: acts.map(() => ({ argument: primitive(generation, "string", "go") })),
    });
    assert.equal(turns.length, 0);
    return mutations.map(({ name, value }) => [name, value && Buffer.from(value.hex, "hex").toString()]);
  };
  const doc = (list: number[]) => ["doc", JSON.stringify({ padding, list })];

  for (const name of watched) {
    test(`${generation}: ${name}: a value that no message touches is neither decoded nor encoded, whatever the number of messages`, async () => {
      assert.deepEqual(await call(name, [() => {}, () => {}, () => {}]), []);
      assert.deepEqual(written, []);
      assert.deepEqual(read, []);
    });
  }

  for (const name of all) {
    test(`${generation}: ${name}: what is touched is found, and stored when it has changed`, async () => {
      let seen: unknown;
      const look = (holder: Holder) => {
        seen = [holder.doc?.list, holder.text];
      };
      assert.deepEqual(await call(name, [look]), []);
      assert.deepEqual(seen, [[1], padding]);
      assert.deepEqual(await call(name, [(holder) => holder.doc?.list.push(2)]), [doc([1, 2])]);
      const push = (holder: Holder) => holder.doc?.list.push(holder.doc.list.length + 1);
      assert.deepEqual(await call(name, [() => {}, push, push, look]), [doc([1, 2, 3])]);
      assert.deepEqual(seen, [[1, 2, 3], padding]);
    });

    test(`${generation}: ${name}: an assignment without a look counts, unless it is what was stored`, async () => {
      const set = (list: number[]) => (holder: Holder) => {
        holder.doc = { padding, list };
      };
      assert.deepEqual(await call(name, [set([9])]), [doc([9])]);
      assert.deepEqual(await call(name, [set([1])]), []);
      assert.deepEqual(await call(name, [assign({ text: padding })]), []);
      // The default is another value than the stored one.
      const mutations = await call(name, [assign({ text: "default" })]);
      assert.deepEqual(
        mutations.map(([state]) => state),
        ["text"],
      );
    });

    test(`${generation}: ${name}: undefined deletes, and a change that is taken back is none`, async () => {
      assert.deepEqual(await call(name, [assign({ doc: undefined })]), [["doc", undefined]]);
      const change = (holder: Holder) => holder.doc?.list.push(2);
      const takeBack = (holder: Holder) => holder.doc?.list.pop();
      assert.deepEqual(await call(name, [change, takeBack]), []);
      assert.deepEqual(await call(name, [assign({ text: undefined })]), [["text", undefined]]);
    });

    test(`${generation}: ${name}: a value reached by name is the property's, and written when it is set`, async () => {
      let seen: unknown;
      const get = (_holder: Holder, context: Context) => {
        seen = context.state.get("doc", Noted)?.list;
      };
      assert.deepEqual(await call(name, [get]), []);
      assert.deepEqual(seen, [1]);
      const set = (_holder: Holder, context: Context) => context.state.set("doc", Noted.pack({ padding, list: [1] }));
      assert.deepEqual(await call(name, [set, get]), [doc([1])]);
      const push = (holder: Holder) => holder.doc?.list.push(2);
      assert.deepEqual(await call(name, [push, get]), [doc([1, 2])]);
      assert.deepEqual(seen, [1, 2]);
      assert.deepEqual(await call(name, [(_holder, context) => context.state.delete("doc")]), [["doc", undefined]]);
    });

    test(`${generation}: ${name}: bytes that can't be read fail the call and name the state, once they are read`, async () => {
      const broken = packed("test/doc", Buffer.from(`[${padding}`));
      await rejectsCode(call(name, [(holder) => void holder.doc], broken), "VALUE_UNREADABLE", '"doc"', `test/${name}`);
      if (watched.includes(name)) assert.deepEqual(await call(name, [() => {}], broken), []);
      else await rejectsCode(call(name, [() => {}], broken), "VALUE_UNREADABLE", '"doc"', `test/${name}`);
    });
  }

  for (const name of watched) {
    test(`${generation}: ${name}: the property is listed, copied and deleted like any other`, async () => {
      let seen: unknown;
      const look = (holder: Holder) => {
        const { doc: copied, text } = { ...holder };
        seen = [Object.keys(holder).filter((key) => key === "doc" || key === "text"), copied?.list, text];
        assert.equal(Object.getOwnPropertyDescriptor(holder, "doc")?.value, copied);
        assert.ok(inspect(holder).includes("list: [ 1 ]"));
      };
      assert.deepEqual(await call(name, [look]), []);
      assert.deepEqual(seen, [["doc", "text"], [1], padding]);
      const remove = (holder: Partial<Holder>) => delete holder.doc;
      assert.deepEqual(await call(name, [remove as (holder: Holder) => unknown]), [["doc", undefined]]);
      assert.deepEqual(
        await call(name, [remove as (holder: Holder) => unknown, (holder) => holder.doc?.list.push(7)]),
        [["doc", '{"padding":"","list":[7]}']],
      );
    });

    test(`${generation}: ${name}: a property that is defined anew is stored`, async () => {
      const define = (holder: Holder) =>
        Object.defineProperty(holder, "doc", { value: { padding, list: [5] }, configurable: true });
      assert.deepEqual(await call(name, [define]), [doc([5])]);
    });
  }

  test(`${generation}: the order in which another SDK writes fields is no change, looked at or not`, async () => {
    const other = packed("test/doc", Buffer.from(JSON.stringify({ list: [1], padding })));
    const reordered = json<Doc>("test/doc");
    const fields = new StatefulFunctions().register(
      "test/order",
      (_message, _context, state) => act(state as Holder, _context),
      {
        handles: [Types.string],
        state: { doc: reordered },
      },
    );
    for (const look of [() => {}, (holder: Holder) => void holder.doc?.list.length]) {
      act = look;
      const { mutations } = await new Engine(fields, generation).call({
        to: "test/order/1",
        state: { doc: other },
        messages: [{ argument: primitive(generation, "string", "go") }],
      });
      assert.deepEqual(mutations, []);
    }
  });
}
