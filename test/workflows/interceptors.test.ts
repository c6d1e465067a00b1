// What interceptors see of the messages that belong to runs and to calls.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Continuation,
  Handles,
  json,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";

const Begin = json<{ what: string }>("kinds/begin");
const Ask = json<{ question: string }>("kinds/ask");

@StatefulFunction("kinds/oracle")
class Oracle {
  @Handles(Ask)
  ask({ question }: { question: string }, context: Context) {
    if (question === "never") context.deferReply();
    return question === "never" ? undefined : `yes, ${question}`;
  }
}

@StatefulFunction("kinds/flow")
class Flow {
  @Workflow(Begin)
  async run({ what }: { what: string }, flow: WorkflowContext) {
    if (what === "wait") return flow.receive(Types.string);
    const answer = await flow.call(Oracle, "o", Ask.pack({ question: what }));
    await flow.sleep({ minutes: 1 });
    await flow.step("tell", (step) => step.send("kinds/caller", "told", Types.int.pack(1)));
    return answer;
  }
}

@StatefulFunction("kinds/caller")
class Caller {
  @Handles(Types.string)
  ask(question: string, context: Context<Caller>) {
    context.call(Oracle, "o", Ask.pack({ question }), { then: "answered", failed: "lost", timeout: { minutes: 1 } });
  }
  @Handles(Types.int)
  told() {}
  @Continuation()
  answered() {}
  @Continuation()
  lost() {}
}

/** Opens a runtime, and notes function, kind and value of each message, and what is sent while it is handled. */
async function open() {
  const seen: string[] = [];
  const sent: string[] = [];
  const functions = new StatefulFunctions(Oracle, Flow, Caller).use((invocation, next) => {
    const { address, kind, value, metadata } = invocation;
    const hop = metadata.getText("hop") ?? "0";
    seen.push(`${address.name} ${kind} ${hop}${kind === "timer" || kind === "cancellation" ? "" : ` ${show(value)}`}`);
    invocation.onSend(({ target }) => {
      sent.push(`${address.name} -> ${target?.name}`);
      return { hop: String(Number(hop) + 1) };
    });
    return next();
  });
  return { app: await TestRuntime.open({ functions }), seen, sent };
}

const show = (value: any) =>
  typeof value === "object" && "typename" in value ? value.typename : JSON.stringify(value);

test("a run: its beginning, the answers to its calls, and its timers; the metadata of each send goes on", async () => {
  const { app, seen, sent } = await open();
  await using _ = app;
  const answer = app.call(Flow, "f", Begin.pack({ what: "rain" }), { timeout: { minutes: 5 } });
  await app.settle();
  await app.advance({ minutes: 1 });
  assert.equal(await answer, "yes, rain");
  await app.settle();
  assert.deepEqual(seen, [
    'flow workflow 0 {"what":"rain"}',
    'oracle message 1 {"question":"rain"}',
    "flow workflow 2 io.statefun.types/string",
    "flow timer 3",
    "caller message 4 1",
  ]);
  assert.deepEqual(sent, ["flow -> oracle", "oracle -> flow", "flow -> flow", "flow -> caller", "flow -> call"]);
});

test("the answer to a call of a handler, and the end of its time", async () => {
  const { app, seen } = await open();
  await using _ = app;
  await app.send(Caller, "c", "rain");
  await app.settle();
  await app.send(Caller, "c", "never");
  await app.settle();
  await app.advance({ minutes: 1 });
  assert.deepEqual(seen, [
    'caller message 0 "rain"',
    'oracle message 1 {"question":"rain"}',
    "caller continuation 2 io.statefun.types/string",
    'caller message 0 "never"',
    'oracle message 1 {"question":"never"}',
    "caller timer 1",
  ]);
});

test("a request to cancel a run", async () => {
  const { app, seen } = await open();
  await using _ = app;
  await app.send(Flow, "f", Begin.pack({ what: "wait" }));
  await app.settle();
  await app.cancelRuns(Flow, "f");
  await app.settle();
  assert.deepEqual(seen, ['flow workflow 0 {"what":"wait"}', "flow cancellation 0"]);
});

test("interceptors stand round each try of a step, the first one outermost, and see its run", async () => {
  const log: string[] = [];
  let tries = 0;
  @StatefulFunction("kinds/steps")
  class Steps {
    @Workflow(Begin)
    async run(_input: { what: string }, flow: WorkflowContext) {
      return flow.step("charge", async () => {
        tries += 1;
        if (tries === 1) throw new Error("busy");
        return "paid";
      });
    }
  }
  const functions = new StatefulFunctions(Steps).use((invocation, next) => {
    invocation.onRun(({ id, metadata }) => log.push(`run ${id !== ""} ${metadata.getText("hop")}`));
    for (const name of ["outer", "inner"]) {
      invocation.onStep(async (step, work) => {
        log.push(`${name} ${step.name} ${step.attempt}`);
        return `${await work()}!`;
      });
    }
    return next();
  });
  await using app = await TestRuntime.open({ functions });
  const answer = app.call(Steps, "s", Begin.pack({ what: "x" }), { metadata: { hop: "1" } });
  await app.settle();
  await app.advance({ seconds: 5 });
  assert.equal(await answer, "paid!!");
  const tried = (attempt: number) => [`outer charge ${attempt}`, `inner charge ${attempt}`];
  assert.deepEqual(
    log.filter((line) => !line.startsWith("run")),
    [...tried(1), ...tried(2)],
  );
  assert.deepEqual(new Set(log.filter((line) => line.startsWith("run"))), new Set(["run true 1"]));
});

test("a step that begins late, behind an interceptor, may not use the context of its workflow either", async () => {
  @StatefulFunction("kinds/late")
  class Late {
    @Workflow(Begin)
    async run(_input: { what: string }, flow: WorkflowContext) {
      await flow.step("send", () => flow.send(Oracle, "o", Ask.pack({ question: "x" })), { attempts: 1 });
    }
  }
  const codes: string[] = [];
  const functions = new StatefulFunctions(Oracle, Late).use((invocation, next) => {
    invocation.onStep(async (_step, work) => {
      await undefined;
      try {
        return work();
      } catch (error) {
        codes.push((error as { code: string }).code);
        throw error;
      }
    });
    return next();
  });
  await using app = await TestRuntime.open({ functions });
  await assert.rejects(app.call(Late, "l", Begin.pack({ what: "x" })));
  assert.deepEqual(codes, ["FLOW_IN_STEP"]);
});
