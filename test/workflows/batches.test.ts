// Several messages of one address in one batch, with workflows among them.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Handles,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { decodeJournal } from "../../src/workflows/journal/decode-journal.js";
import { Engine, Instance, type Packed, packed, primitive } from "../support/calls.js";
import { Gate } from "../support/gate.js";
import { Begin } from "./world.js";

const names = ["count", "statefun.workflow/journal"];
const journalOf = (instance: Instance) => decodeJournal((instance.state.get(names[1] as string) as Packed).value);

test("code that a pass has left behind changes nothing in the messages behind it", async () => {
  const entered = new Gate();
  const changed = new Gate();

  @StatefulFunction("test/leaves")
  class Leaves {
    @State("count", Types.int) count = 0;

    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      void entered.promise.then(() => {
        this.count = 99;
        flow.send("test/other", "1", "ghost");
        changed.open();
      });
      await flow.sleep({ days: 1 });
    }

    @Handles(Types.int)
    async add(amount: number) {
      entered.open();
      await changed.promise;
      this.count += amount;
    }
  }

  const engine = new Engine(new StatefulFunctions(Leaves), "v3");
  const instance = new Instance(engine, "test/leaves/1", names);
  const answer = await instance.send(packed("test/begin", "{}"), primitive("v3", "int", 1));
  assert.deepEqual(answer.messages, []);
  assert.equal(answer.delayed.length, 1);
  const count = answer.mutations.find(({ name }) => name === "count")?.value;
  assert.equal(count?.hex, Buffer.from(primitive("v3", "int", 1).value).toString("hex"));
});

test("a message that is refused takes back its part of the journal, and no other part", async () => {
  @StatefulFunction("test/refuses")
  class Refuses {
    @State("count", Types.int) count = 0;

    @Workflow(Begin, { concurrency: "reject" })
    async run(input: string, flow: WorkflowContext) {
      await flow.step(`step ${input}`, () => {
        this.count += 1;
      });
      await flow.sleep({ days: 1 });
    }

    @Handles(Types.int)
    refuse(_amount: number) {
      this.count = 50;
      throw new TerminalError("no");
    }
  }

  const engine = new Engine(new StatefulFunctions(Refuses), "v3");
  const instance = new Instance(engine, "test/refuses/1", names);
  const answer = await instance.send(
    packed("test/begin", '"a"'),
    primitive("v3", "int", 1),
    packed("test/begin", '"b"'),
    primitive("v3", "int", 1),
  );
  const journal = journalOf(instance);
  assert.deepEqual(
    journal.runs.map(({ number, operations }) => [number, operations.map(({ key }) => key)]),
    [[1, ["step:step a", "sleep"]]],
  );
  assert.equal(journal.runCount, 1);
  assert.equal(answer.delayed.length, 1);
  const count = answer.mutations.find(({ name }) => name === "count")?.value;
  assert.equal(count?.hex, Buffer.from(primitive("v3", "int", 1).value).toString("hex"));
});

test("all runs of an address are cancelled by one message, and each compensates in a message of its own", async () => {
  const undone: string[] = [];

  @StatefulFunction("test/undoes")
  class Undoes {
    @State("count", Types.int) count = 0;

    @Workflow(Begin, { concurrency: "parallel" })
    async run(input: string, flow: WorkflowContext) {
      try {
        await flow.sleep({ days: 1 });
      } finally {
        await flow.step("undo", async () => void undone.push(input));
      }
    }
  }

  const engine = new Engine(new StatefulFunctions(Undoes), "v3");
  const instance = new Instance(engine, "test/undoes/1", names);
  await instance.send(...["a", "b", "c"].map((input) => packed("test/begin", JSON.stringify(input))));
  const answer = await instance.send(packed("statefun.workflow/cancel", ""));
  assert.deepEqual(undone, ["a"]);
  assert.deepEqual(
    answer.messages.map(({ argument }) => argument.typename),
    ["statefun.workflow/wake", "statefun.workflow/wake"],
  );
});

test("the same first message gives its run the same id, whatever happened to the try before it", async () => {
  const ids: string[] = [];
  let fails = true;

  @StatefulFunction("test/again")
  class Again {
    @State("count", Types.int) count = 0;

    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      ids.push(flow.id, flow.uuid());
      if (fails) throw new Error("not yet");
      await flow.sleep({ days: 1 });
    }
  }

  const engine = new Engine(new StatefulFunctions(Again), "v3");
  const instance = new Instance(engine, "test/again/1", names);
  await assert.rejects(instance.send({ from: "a/b/1", argument: packed("test/begin", "{}") }));
  fails = false;
  await instance.send({ from: "a/b/1", argument: packed("test/begin", "{}") });
  await instance.send({ from: "a/b/1", argument: packed("test/begin", "{}") });
  assert.deepEqual(ids.slice(0, 2), ids.slice(2, 4));
  const [first] = journalOf(instance).runs;
  assert.equal(first?.id, ids[0]);
  assert.equal(journalOf(instance).waiting.length, 1);
  assert.notEqual(journalOf(instance).waiting[0]?.id, ids[0]);
});

test("a result that can't be packed does not undo the step before it", async () => {
  let steps = 0;

  @StatefulFunction("test/unpackable")
  class Unpackable {
    @State("count", Types.int) count = 0;

    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      await flow.step("once", async () => {
        steps += 1;
      });
      return new Map();
    }
  }

  const engine = new Engine(new StatefulFunctions(Unpackable), "v3");
  const instance = new Instance(engine, "test/unpackable/1", names);
  const first = await instance.send({ from: "a/b/1", argument: packed("test/begin", "{}") });
  const [wake] = first.messages;
  const again = {
    from: "test/unpackable/1",
    argument: packed(String(wake?.argument.typename), Buffer.from(String(wake?.argument.hex), "hex")),
  };
  await assert.rejects(instance.send(again), { code: "VALUE_INVALID" });
  await assert.rejects(instance.send(again), { code: "VALUE_INVALID" });
  assert.equal(steps, 1);
});

test("a message that changes nothing in the journal does not write it", async () => {
  @StatefulFunction("test/quiet")
  class Quiet {
    @State("count", Types.int) count = 0;

    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      await flow.sleep({ days: 1 });
    }

    @Handles(Types.int)
    add(amount: number) {
      this.count += amount;
    }
  }

  const engine = new Engine(new StatefulFunctions(Quiet), "v3");
  const instance = new Instance(engine, "test/quiet/1", names);
  const first = await instance.send(primitive("v3", "int", 1));
  assert.deepEqual(
    first.mutations.map(({ name }) => name),
    ["count"],
  );
  await instance.send(packed("test/begin", "{}"));
  const second = await instance.send(primitive("v3", "int", 1), primitive("v3", "int", 1));
  assert.deepEqual(
    second.mutations.map(({ name }) => name),
    ["count"],
  );
});
