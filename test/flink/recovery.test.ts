import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Context, Handles, State, StatefulFunction, StatefulFunctions, Types } from "statefun-ts";
import { Gate } from "../support/gate.js";
import { bank, hold, Traffic } from "./accounts.js";
import { BankProcess } from "./bank-process.js";
import { async33, okhttp33, statefun22 } from "./flavours.js";
import { tell, World } from "./world.js";

@StatefulFunction("test/hopeless")
class Hopeful {
  @State("sum", Types.int) sum = 0;

  @Handles(Types.int)
  add(amount: number, context: Context) {
    this.sum += amount;
    tell(context, this.sum);
  }
}

@StatefulFunction("test/hopeless")
class Hopeless extends Hopeful {
  @Handles(Types.int)
  override add(amount: number, context: Context) {
    super.add(amount, context);
    if (this.sum > 1) throw new Error("hopeless");
  }
}

for (const flavour of [async33, okhttp33, statefun22]) {
  describe(flavour.name, { concurrency: true, timeout: 600_000 }, () => {
    test("a killed engine goes on from its latest checkpoint, and a closed server from the engine's repeats", async (t) => {
      const world = new World(flavour, { functions: bank() });
      const { server } = world;
      const traffic = new Traffic(world);
      /** Waits until this many more calls are answered. */
      const answered = async () => {
        const enough = server.calls.length + 20;
        await server.until("more calls", () => server.calls.length >= enough);
      };
      /** Makes every deposit wait, from this deposit on. */
      const holdSome = async () => {
        const gate = new Gate();
        hold.until = gate.promise;
        traffic.send(500);
        await server.until("waiting calls", () => server.calls.filter((call) => call.pending).length >= 10);
        return () => {
          hold.until = undefined;
          gate.open();
        };
      };
      try {
        await world.start();
        await traffic.sendDuring(world.engine.waitForCheckpoint(), answered);
        // No call is answered while these are written, so the first call that follows finds most of them waiting.
        traffic.send(1500);
        const begun = server.calls.length;
        await server.until("a call", () => server.calls.length > begun);
        await world.engine.kill();
        const deposits = server.calls.filter(
          ({ target, answer }) => target.startsWith("bank/account/") && answer?.invocation_result,
        );
        const done = deposits.reduce((sum, { size }) => sum + size, 0);
        assert.ok(done < traffic.sent, "it was killed in traffic");

        await world.restore();
        await traffic.sendDuring(world.engine.waitForCheckpoint(), answered);
        const letGo = await holdSome();
        await world.engine.waitForCheckpoint(); // The checkpoint contains the calls that wait.
        await world.engine.kill();
        letGo();
        await world.restore();
        await traffic.sendDuring(answered(), answered);
        assert.deepEqual(world.unexpectedFailures, []);

        // Closes the server under load: calls in flight are answered, later calls find the server closing, then closed.
        world.expectFailures("SHUTTING_DOWN");
        const finish = await holdSome();
        const before = server.statuses.get(200) ?? 0;
        const drained = server.drain();
        traffic.send(100);
        finish();
        await drained;
        await server.until("the last answers", () => (server.statuses.get(200) ?? 0) >= before + 10);
        await server.until("refusals", () => (server.statuses.get(503) ?? 0) >= 3);
        await server.closeWhileAnswering(503);
        assert.equal(server.keptConnections, 0);
        server.deploy(bank());
        await server.listen();
        await traffic.sendDuring(answered(), answered);

        await traffic.audit();
        t.diagnostic(`${traffic.sent} deposits in ${server.calls.length} calls`);
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        hold.until = undefined;
        await world.stop();
      }
    });

    test("a function server that is killed or terminated in traffic, and started again, misses and repeats nothing", async (t) => {
      let process = await BankProcess.start();
      const { port } = process;
      const world = new World(flavour, { functions: bank(), endpoint: `http://127.0.0.1:${port}/statefun` });
      const traffic = new Traffic(world);
      try {
        await world.start();
        for (const end of ["kill", "terminate", "kill"] as const) {
          await traffic.sendDuring(process.answers(150), () => process.answers(20));
          traffic.send(500);
          const code = await process[end]();
          if (end === "terminate") assert.equal(code, 0);
          traffic.send(100);
          process = await BankProcess.start(port);
        }
        await traffic.audit();
        t.diagnostic(`${traffic.sent} deposits`);
      } finally {
        await world.stop();
        await process.kill();
      }
    });

    test("a call that fails beyond its limit fails the job; a correction and a restart go on, with nothing applied twice", async () => {
      const world = new World(flavour, { functions: new StatefulFunctions(Hopeless), callLimitMs: 5000 });
      try {
        await world.start();
        world.send("test/hopeless", "h", Types.int.pack(1));
        await world.told("test/hopeless/h", 1);
        await world.engine.waitForCheckpoint();
        world.send("test/hopeless", "h", Types.int.pack(2));
        world.expectFailures("test/hopeless/h");
        assert.deepEqual(await world.engine.exited, { code: 1, signal: null });
        assert.match(world.engine.log, /FAILED/);
        assert.ok(world.server.logger.lines.length >= 2, "it was repeated");

        world.server.deploy(new StatefulFunctions(Hopeful));
        await world.restore();
        assert.deepEqual(await world.told("test/hopeless/h", 2), [1, 3]);
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        await world.stop();
      }
    });
  });
}
