// Mistakes that fail Flink's whole job park one address of the embedded runtime. The same correction mends both.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { Address, Types } from "statefun-ts";
import { type Flink, startFlink } from "../../flink/flink.ts";
import { Engine } from "../../src/engine/engine.js";
import { makeRoutes, type Routes } from "../../src/runtime/endpoint/routes.js";
import { parseModule } from "../../src/runtime/module/read-module.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { FunctionServer } from "../flink/function-server.js";
import { functionsOf, Handled, handledEgress, refusals } from "./refusals.js";

const moduleText = (endpoint: string) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: refusals/*
  urlPathTemplate: ${endpoint}
`;

describe("on Flink", { timeout: 600_000 }, () => {
  const server = new FunctionServer("v3", functionsOf("right"));
  const log: string[] = [];
  let engine: Flink;
  before(async () => {
    await server.listen();
    engine = await startFlink({
      version: "3.3",
      module: moduleText(server.endpoint),
      egresses: [handledEgress],
      restarts: 1000,
      log: (line) => log.push(line),
    });
  });
  after(async () => {
    await engine.stop();
    await server.abort();
    await rm(engine.dir, { recursive: true, force: true });
  });

  const send = ({ typeName, id }: Address, message: string) =>
    engine.send(typeName, id, Types.string.typename, Types.string.pack(message).value);
  /** The messages that an address has handled. After a restart the address can report a message again. */
  const handledBy = (by: string) => {
    const told = engine.records().map(({ value }) => Handled.deserialize(value));
    return new Set(told.filter((each) => each.by === by).map(({ count }) => count));
  };

  for (const { what, name, flink } of refusals) {
    if (flink === undefined) continue;
    test(`${what} fails the job until the function is corrected`, async () => {
      const address = Address.of(`refusals/${name}`, name);
      const handled = (count: number) => () => handledBy(String(address)).size >= count;
      send(address, "begin");
      await engine.waitForRecords(handled(1));
      await engine.waitForCheckpoint();

      server.deploy(functionsOf("wrong"));
      const before = log.length;
      send(address, "provoke");
      await engine.waitForRecords(() => log.slice(before).some((line) => flink.test(line)));
      server.deploy(functionsOf("right"));
      send(address, "go on");
      await engine.waitForRecords(handled(3));
      assert.deepEqual([...handledBy(String(address))], [1, 2, 3]);
    });
  }
});

describe("on the embedded runtime", { timeout: 120_000 }, () => {
  const server = new FunctionServer("v3", functionsOf("right"));
  const parked: string[] = [];
  const told: { by: string; count: number }[] = [];
  const waiting = new Set<() => void>();
  const store = new MemoryStore();
  let routes: Routes;
  let engine: Engine;
  before(async () => {
    await server.listen();
    routes = makeRoutes(parseModule(moduleText(server.endpoint), { file: "module.yaml" }));
    engine = await open();
  });
  const open = async () => {
    const opened = await Engine.open({
      store,
      findRoute: routes.find,
      policy: { retry: { attempts: 3, firstMs: 1 } },
      logger: {
        warn: () => {},
        error: (line) => {
          parked.push(line);
          notify();
        },
      },
    });
    opened.attach(handledEgress, {
      window: 10,
      receive: async ({ value }) => {
        told.push(Handled.deserialize(value.value));
        notify();
      },
    });
    return opened;
  };
  after(async () => {
    await engine.close(10_000);
    await routes.close();
    await server.abort();
  });

  const notify = () => {
    for (const check of [...waiting]) check();
  };
  const until = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const handledBy = (by: Address) => told.filter((each) => each.by === String(by)).map(({ count }) => count);
  const send = (to: Address, message: string) => engine.send(to, Types.string.pack(message));

  for (const { what, name, code } of refusals) {
    test(`${what} parks the address as ${code} until the function is corrected; others go on`, async () => {
      const address = Address.of(`refusals/${name}`, name);
      const other = Address.of(`refusals/${name}`, `other ${name}`);
      await send(address, "begin");
      await until(() => handledBy(address).length === 1);

      server.deploy(functionsOf("wrong"));
      const before = parked.length;
      await send(address, "provoke");
      await send(address, "go on");
      await until(() => parked.length > before);
      await send(other, "begin");
      await until(() => handledBy(other).length === 1);
      assert.deepEqual(handledBy(address), [1], "nothing of the refused call was applied");
      assert.deepEqual(
        (await engine.parked({ limit: 10 })).map((each) => [String(each.address), each.code, each.attempts]),
        [[String(address), code, 3]],
      );

      server.deploy(functionsOf("right"));
      await engine.retry(address);
      await until(() => handledBy(address).length === 3);
      assert.deepEqual(handledBy(address), [1, 2, 3]);
      assert.deepEqual(await engine.parked({ limit: 10 }), []);
    });
  }

  test("a state that changes its type is refused after a restart, too", async () => {
    await engine.close(10_000);
    server.deploy(functionsOf("wrong"));
    engine = await open();
    const address = Address.of("refusals/typed", "restarted");
    const before = parked.length;
    await send(address, "begin");
    await until(() => parked.length > before);
    assert.deepEqual(
      (await engine.parked({ limit: 10 })).map((each) => [String(each.address), each.code]),
      [[String(address), "STATE_TYPENAME_CHANGED"]],
    );
  });
});
