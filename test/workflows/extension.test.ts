// Which message of a function with workflows goes where, and the same on every engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TypedValue,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { wakeMessage } from "../../src/workflows/journal/hidden-messages.js";
import { type Answer, Engine, generations, Instance, type Packed, packed } from "../support/calls.js";
import { rejectsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { Ask, Begin, Note, open } from "./world.js";

const codeOf = (error: unknown) => (error as { code?: string }).code;
const journalName = "statefun.workflow/journal";

@StatefulFunction("test/trip")
class Trip {
  @State("status", json<string>("test/status")) status = "new";

  @Workflow(Begin)
  async run(input: string, flow: WorkflowContext) {
    const hotel = await flow.call("test/hotel", input, Ask.pack("room"), { timeout: { minutes: 5 } });
    await flow.step("mark", () => {
      this.status = `${hotel}`;
    });
    await flow.sleep({ minutes: 1 });
    flow.send("test/mail", "1", Ask.pack("done"));
    return hotel;
  }
}

const packedOf = ({ typename, hex }: { typename: string; hex: string }): Packed => ({
  typename,
  value: Buffer.from(hex, "hex"),
});

for (const generation of generations) {
  test(`${generation}: a run goes on by the engine's messages alone, and its result goes to nobody who does not wait`, async () => {
    const engine = new Engine(new StatefulFunctions(Trip), generation);
    const trip = new Instance(engine, "test/trip/1", ["status", journalName]);
    const first = await trip.send(packed("test/begin", '"paris"'));
    assert.deepEqual(
      first.messages.map(({ to, argument }) => [to, argument.typename]),
      [["test/hotel/paris", "test/ask"]],
    );
    assert.deepEqual(
      first.delayed.map((entry) => "to" in entry && [entry.to, entry.delayMs, entry.token !== undefined]),
      [["test/trip/1", 300_000, generation === "v3"]],
    );
    // A function of another SDK drops metadata. Its answer is known by its address.
    const second = await trip.send({ from: "test/hotel/paris", argument: packed("test/note", '"room 7"') });
    assert.equal(second.messages.length, 0);
    const timers = (answer: Answer) => answer.delayed.flatMap((entry) => ("to" in entry ? [entry] : []));
    const [sleep] = timers(second);
    assert.equal(sleep?.delayMs, 60_000);
    assert.equal(second.delayed.filter((entry) => "cancel" in entry).length, generation === "v3" ? 1 : 0);
    // A StateFun 2 engine can't withdraw the time limit of the call: it comes, and finds that nothing waits for it.
    const [limit] = timers(first);
    const stale = await trip.send({ from: "test/trip/1", argument: packedOf((limit as any).argument) });
    assert.deepEqual([stale.mutations, stale.messages, stale.delayed], [[], [], []]);
    const third = await trip.send({ from: "test/trip/1", argument: packedOf((sleep as any).argument) });
    assert.deepEqual(
      third.messages.map(({ to }) => to),
      ["test/mail/1"],
    );
    assert.equal(Buffer.from((trip.state.get("status") as Packed).value).toString(), '"room 7"');
    assert.deepEqual(engine.logger.lines, []);
  });
}

test("v3: the hidden state is registered as any other one; v2: the error names it", async () => {
  const functions = new StatefulFunctions(Trip);
  const missing = await new Engine(functions, "v3").missing({
    to: "test/trip/1",
    messages: [{ argument: packed("test/begin", "{}") }],
  });
  assert.deepEqual(
    missing.map(({ name }) => name),
    ["status", journalName],
  );
  const v2 = new Engine(functions, "v2");
  const call = {
    to: "test/trip/1",
    state: { status: undefined },
    messages: [{ argument: packed("test/begin", "{}") }],
  };
  await rejectsCode(v2.bytes(call), "STATE_UNDECLARED");
  assert.match(v2.logger.lines.join(), /- name: statefun\.workflow\/journal/);
  assert.match(v2.logger.lines.join(), /workflows/);
});

test("a message that no run can take is refused for good, and parks nothing", async () => {
  await using world = await open((_input, flow) => flow.receive(Note));
  await assert.rejects(world.app.call("test/flow", "1", Note.pack(1)), { code: "RUN_NOT_FOUND" });
  assert.deepEqual(await world.app.parked(), []);
  const answered = world.begin();
  await world.app.settle();
  await world.note("taken");
  assert.equal(await answered, "taken");
  await assert.rejects(world.app.call("test/flow", "1", Note.pack(2)), { code: "RUN_NOT_FOUND" });
});

test("a message that comes too early is kept while a run lives, and received in order", async () => {
  await using world = await open(async (_input, flow) => {
    await flow.sleep({ minutes: 1 });
    const chosen = await flow.receive(Note, { where: (note) => note > 1, name: "chosen" });
    return [chosen, await flow.receive(Note), await flow.receive(Note, { timeout: { minutes: 1 } })];
  });
  const answered = world.begin();
  await world.app.settle();
  for (const note of [1, 2]) await world.note(note);
  await world.app.advance({ minutes: 1 });
  await world.note(3);
  assert.deepEqual(await answered, [2, 1, 3]);
});

test("a receive whose time is over resolves to undefined, and a where that throws fails the message that came", async () => {
  let broken = true;
  await using world = await open(async (_input, flow) => {
    const none = await flow.receive(Note, { timeout: { minutes: 1 } });
    const where = () => {
      if (broken) throw new Error("a mistake");
      return true;
    };
    return [none === undefined, await flow.receive(Note, { where })];
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.advance({ minutes: 1 });
  await world.note("found");
  await world.app.settle();
  broken = false;
  await world.app.advance({ seconds: 1 });
  assert.deepEqual(await answered, [true, "found"]);
});

test("an unreadable message fails when it comes, and not the run that would receive it", async () => {
  await using world = await open((_input, flow) => flow.receive(Note));
  void world.begin();
  await world.app.settle();
  await world.app.send("test/flow", "1", new TypedValue("test/note", Buffer.from("{")) as never);
  await world.app.advance({ seconds: 1 });
  const [parked] = await world.app.parked();
  assert.equal(parked?.code, "VALUE_UNREADABLE");
});

test("handlers of a type come before receive, and a catch-all after it; no early message is kept beside a catch-all", async () => {
  const seen: string[] = [];

  @StatefulFunction("test/open")
  class Mixed {
    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      await flow.sleep({ minutes: 1 });
      return flow.receive(Note);
    }

    @Handles(Types.string)
    text(text: string) {
      seen.push(`text ${text}`);
    }

    @Handles()
    any(message: TypedValue) {
      seen.push(`any ${message.typename}`);
    }
  }

  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Mixed) });
  const answered = app.call(Mixed, "1", Begin.pack({}), { timeout: { days: 1 } });
  await app.settle();
  await app.send(Mixed, "1", "hello");
  await app.send(Mixed, "1", Note.pack("early"));
  await app.advance({ minutes: 1 });
  await app.send(Mixed, "1", Ask.pack("other"));
  await app.send(Mixed, "1", Note.pack("in time"));
  assert.equal(await answered, "in time");
  assert.deepEqual(seen, ["text hello", "any test/note", "any test/ask"]);
});

test("an answer for which nobody waits is dropped, and only the function itself wakes its runs", async () => {
  await using world = await open(async (_input, flow) => {
    await flow.sleep({ days: 1 });
    return flow.id;
  });
  const answered = world.begin();
  await world.app.settle();
  await world.app.send("test/flow", "1", Note.pack(1) as never, { metadata: { "statefun-answer": "nobody/1" } });
  const forged = wakeMessage({ run: "0", operation: 0 });
  await world.app.send("test/flow", "1", forged as never);
  await world.app.settle();
  assert.deepEqual(await world.app.parked(), []);
  await world.app.advance({ days: 1 });
  assert.match(await answered, /^[0-9a-f]{32}$/);
});

test("a cancellation that can't be read is refused, and the run goes on", async () => {
  await using world = await open((_input, flow) => flow.receive(Note));
  const answered = world.begin();
  await world.app.settle();
  const torn = new TypedValue("statefun.workflow/cancel", Uint8Array.of(255));
  await assert.rejects(world.app.call("test/flow", "1", torn as never), { code: "VALUE_UNREADABLE" });
  await world.note("taken");
  assert.equal(await answered, "taken");
  assert.deepEqual(await world.app.parked(), []);
});

test("a token from outside answers no call, also when a function passes its metadata on", async () => {
  await using world = await open((_input, flow) => flow.call("test/elsewhere", "e", "?"));
  let token = "";
  world.app.fake("test/elsewhere", (text, context) => {
    if (text === "answer") context.send("test/flow", "1", "theirs", { metadata: { "statefun-answer": token } });
    else token = context.deferReply().callToken as string;
  });
  world.app.fake("test/relay", (_text, context) => {
    context.send("test/flow", "1", "forged", { metadata: context.metadata });
  });
  const answered = world.begin();
  await world.app.settle();
  assert.notEqual(token, "");
  await world.app.send("test/relay", "r", "x", { metadata: { "statefun-answer": token, "statefun-call": "c" } });
  await world.app.settle();
  await world.app.send("test/elsewhere", "e", "answer");
  assert.equal(await answered, "theirs");
});

test("a subclass inherits the workflows of its parent, and may take their types or replace their methods", async () => {
  class Base {
    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      await flow.sleep(1_000);
      return "base";
    }
  }

  @StatefulFunction("test/inherits")
  class Inherits extends Base {}

  @StatefulFunction("test/overrides")
  class Overrides extends Base {
    override async run(_input: unknown, flow: WorkflowContext) {
      return `${await super.run(_input, flow)}, overridden`;
    }
  }

  @StatefulFunction("test/handles")
  class Takes extends Base {
    @Handles(Begin)
    other(_input: unknown, _context: Context) {
      return "handler";
    }
  }

  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Inherits, Overrides, Takes) });
  const answers = [Inherits, Overrides, Takes].map((target) => app.call(target as any, "1", Begin.pack({})));
  await app.settle();
  await app.advance({ seconds: 1 });
  assert.deepEqual(await Promise.all(answers), ["base", "base, overridden", "handler"]);
});

test("a type has one handler or workflow, and a decorator in the wrong place says so", () => {
  const declare = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return codeOf(error);
    }
    return "none";
  };
  const twice = () => {
    class Twice {
      @Handles(Begin)
      handle(_input: unknown) {}
      @Workflow(Begin)
      async run(_input: unknown, _flow: WorkflowContext) {}
    }
    return Twice;
  };
  const generator = () => {
    class Generator {
      @Workflow(Begin)
      *run(_input: unknown, _flow: WorkflowContext) {}
    }
    return Generator;
  };
  assert.equal(declare(twice), "HANDLER_DUPLICATE");
  assert.equal(declare(generator), "DECORATOR_MISPLACED");
  assert.equal(
    declare(() => Workflow(undefined as never)),
    "TYPE_UNKNOWN",
  );
  assert.equal(
    declare(() => Workflow(Begin, { concurrency: "some" as never })),
    "OPTION_INVALID",
  );
});

test("no code of the user reaches the hidden state by its name", async () => {
  const logger = new RecordingLogger();

  @StatefulFunction("test/curious", { retry: { attempts: 1 } })
  class Curious {
    @Workflow(Begin)
    async run(_input: unknown, flow: WorkflowContext) {
      await flow.sleep(1_000);
    }

    @Handles(Types.string)
    look(_question: string, context: Context) {
      return context.state.get(journalName) === undefined;
    }
  }

  await using app = await TestRuntime.open({ functions: new StatefulFunctions(Curious), logger });
  await app.send(Curious, "1", "?");
  await app.settle();
  const [parked] = await app.parked();
  assert.equal(parked?.code, "STATE_UNDECLARED");
});
