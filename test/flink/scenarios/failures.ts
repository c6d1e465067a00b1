// Failing calls: StateFun repeats them, the handler logs them, and they are applied once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, Handles, State, StatefulFunction, StatefulFunctions, TypedValue, Types } from "statefun-ts";
import { example } from "../../../samples/messages/messages.js";
import { missingOf } from "../../support/calls.js";
import { Gate } from "../../support/gate.js";
import { tell, type World } from "../world.js";

const gates = new Map<string, Gate>();
/** How many more times each address fails. */
const failuresLeft = new Map<string, number>();

function failing(context: Context): boolean {
  const address = String(context.address);
  const left = failuresLeft.get(address) ?? 0;
  failuresLeft.set(address, left - 1);
  return left > 0;
}

/** Fails after it has done everything. None of its effects may be visible. */
@StatefulFunction("test/flaky")
class Flaky {
  @State("count", Types.int) count = 0;

  @Handles(Types.string)
  async wait(gate: string) {
    await gates.get(gate)?.promise;
  }

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.count += amount;
    context.send("test/flaky-sink", context.address.id, Types.int.pack(amount));
    context.sendAfter(1, "test/flaky-sink", context.address.id, Types.int.pack(100 * amount));
    tell(context, this.count);
  }

  @Handles(example.User)
  addOrFail(_: example.User, context: Context) {
    this.add(1, context);
    if (failing(context)) throw new Error("out of order");
  }
}

@StatefulFunction("test/flaky-sink")
class FlakySink {
  @State("sum", Types.int) sum = 0;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.sum += amount;
    tell(context, this.sum);
  }
}

/** Uses features that StateFun 2 lacks. */
@StatefulFunction("test/canceller")
class Canceller {
  @Handles(Types.string)
  cancel(token: string, context: Context) {
    if (failing(context)) context.cancelDelayedMessage(token);
    tell(context, "went on");
  }

  @Handles(Types.bool)
  sendWithToken(_: boolean, context: Context) {
    if (failing(context)) context.sendAfter(1, context.address, "late", { cancellationToken: "token" });
    tell(context, "went on");
  }
}

@StatefulFunction("test/registering")
class Registering {
  @State("plain", Types.long) plain = 5n;
  @State("write", example.User, { expireAfterWrite: { hours: 1 } }) write: example.User | undefined;
  @State("call", Types.string, { expireAfterCall: 90_000 }) call: string | undefined;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.plain += BigInt(amount);
    tell(context, String(this.plain));
  }
}

@StatefulFunction("test/undeclared")
class Undeclared {
  @State("declared", Types.int) declared = 0;
  @State("not-in-module", Types.int) other = 0;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.declared += amount;
    tell(context, this.declared);
  }
}

/** The same after a correction. */
@StatefulFunction("test/undeclared")
class Corrected {
  @State("declared", Types.int) declared = 0;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.declared += amount;
    tell(context, this.declared);
  }
}

export const failureFunctions = [Flaky, FlakySink, Canceller, Registering, Undeclared];
export const undeclaredStates = ["not-in-module"];
/** All functions, as a later deployment has them. */
const corrected = (functions: readonly (new () => object)[]) =>
  new StatefulFunctions(...functions.map((each) => (each === Undeclared ? Corrected : each)));

const userMessage = () => new TypedValue("type.googleapis.com/example.User");

export function failureScenarios(world: World, functions: readonly (new () => object)[]): void {
  const { server } = world;
  const failed = (target: string) => server.callsTo(target).filter((call) => call.failure !== undefined);
  const logged = (part: string) => server.logger.lines.filter((line) => line.includes(part));

  test("a handler that fails is called again until it works, and nothing is applied twice", async () => {
    const address = "test/flaky/one";
    world.expectFailures(address);
    failuresLeft.set(address, 4);
    world.send("test/flaky", "one", userMessage());
    assert.deepEqual(await world.told(address, 1), [1]);
    assert.deepEqual((await world.told("test/flaky-sink/one", 2)).length, 2);
    world.send("test/flaky", "one", Types.int.pack(10));
    assert.deepEqual(await world.told(address, 2), [1, 11]);
    assert.equal((await world.told("test/flaky-sink/one", 4)).at(-1), 1111);
    assert.equal(failed(address).length, 4);
    assert.equal(
      logged(`HANDLER_FAILED: ${address}, message 1 of 1 (type.googleapis.com/example.User): out of order`).length,
      4,
    );
  });

  test("one failing message of a batch undoes the whole batch, and is named by its position", async () => {
    const address = "test/flaky/batch";
    world.expectFailures(address);
    failuresLeft.set(address, 2);
    const gate = new Gate();
    gates.set("flaky", gate);
    world.send("test/flaky", "batch", Types.string.pack("flaky"));
    await server.until("the call", () => server.callsTo(address).length > 0);
    world.send("test/flaky", "batch", Types.int.pack(10));
    world.send("test/flaky", "batch", userMessage());
    world.send("test/flaky", "batch", Types.int.pack(100));
    world.send("test/registering", "behind-flaky", Types.int.pack(1));
    await world.told("test/registering/behind-flaky", 1);
    gate.open();
    assert.deepEqual(await world.told(address, 3), [10, 11, 111]);
    assert.equal((await world.told("test/flaky-sink/batch", 6)).at(-1), 111 + 11100);
    assert.equal(logged(`${address}, message 2 of 3 (type.googleapis.com/example.User): out of order`).length, 2);
    assert.ok((server.statuses.get(500) ?? 0) >= 2);
  });

  if (world.flavour.generation === "v3") {
    test("an engine that lacks states is asked to register them, and sends the same batch again", async () => {
      world.send("test/registering", "r", Types.int.pack(3));
      assert.deepEqual(await world.told("test/registering/r", 1), ["8"]);
      // The states of a function are asked for once for all ids, so another id's batch may have asked.
      const calls = server.calls.filter(({ target }) => target.startsWith("test/registering/"));
      const asked = calls.findIndex(({ answer }) => answer?.incomplete_invocation_context);
      const first = calls[asked];
      assert.deepEqual(missingOf(first?.answerBytes as Uint8Array), [
        { name: "plain", typename: "io.statefun.types/long", mode: "NONE", afterMs: 0 },
        { name: "write", typename: "type.googleapis.com/example.User", mode: "AFTER_WRITE", afterMs: 3_600_000 },
        { name: "call", typename: "io.statefun.types/string", mode: "AFTER_INVOKE", afterMs: 90_000 },
      ]);
      const again = calls.slice(asked + 1).find(({ target }) => target === first?.target);
      assert.equal(first?.batch.state, undefined);
      assert.deepEqual(again?.batch.state.map((state: any) => state.state_name).sort(), ["call", "plain", "write"]);
      assert.deepEqual(again?.batch.invocations, first?.batch.invocations);
    });
    return;
  }

  test("a state that the module file lacks is named in the log, and a corrected deployment goes on", async () => {
    const address = "test/undeclared/u";
    world.expectFailures("test/undeclared");
    world.send("test/undeclared", "u", Types.int.pack(5));
    await server.until("three calls", () => failed(address).length >= 3);
    const [line] = logged("STATE_UNDECLARED");
    assert.match(line ?? "", /"not-in-module" of test\/undeclared/);
    server.deploy(corrected(functions));
    assert.deepEqual(await world.told(address, 1), [5]);
  });

  for (const [what, message] of [
    ["a cancellation", Types.string.pack("token")],
    ["a cancellation token", Types.bool.pack(true)],
  ] as const) {
    test(`${what} is refused by name, the engine repeats the call, and a correction goes on`, async () => {
      const id = what.replaceAll(" ", "-");
      const address = `test/canceller/${id}`;
      world.expectFailures(address);
      failuresLeft.set(address, 3);
      world.send("test/canceller", id, message);
      assert.deepEqual(await world.told(address, 1), ["went on"]);
      assert.equal(failed(address).length, 3);
      assert.equal(logged(`CANCELLATION_UNSUPPORTED: ${address},`).length, 3);
    });
  }
}
