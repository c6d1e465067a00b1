// A request of the client: its retries, its errors and its end.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect } from "../../src/client/entry.js";
import { systemClock } from "../../src/engine/clock.js";
import { Address } from "../../src/model/address.js";
import { type CountGreeter, doorFor, type Many, until, withIngress } from "../runtime/ingress/world.js";
import { rejectsCode } from "../support/expect-code.js";
import { listedKeys } from "../support/listed-keys.js";
import { ManualClock } from "../support/manual-clock.js";
import { status, troubled, unreachable } from "./fetches.js";

describe("a request that fails", () => {
  test("for the length of its id is REQUEST_TOO_LARGE, and is not sent again", () =>
    withIngress(async ({ url }) => {
      let requests = 0;
      const counting: typeof fetch = (input, init) => {
        requests += 1;
        return fetch(input, init);
      };
      const ref = connect(url, { fetch: counting }).ref<CountGreeter>("example/count", "i".repeat(20_000));
      await rejectsCode(ref.greet({}), "REQUEST_TOO_LARGE", "16 KiB");
      assert.equal(requests, 1);
      const proxied = connect(url, { fetch: troubled(status(414)) }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(proxied.greet({}), "REQUEST_TOO_LARGE");
    }));

  test("for a login before the runtime is UNAUTHORIZED, and is not sent again", () =>
    withIngress(async ({ url }) => {
      for (const code of [401, 403]) {
        const ref = connect(url, { fetch: troubled(status(code)) }).ref<CountGreeter>("example/count", "bob");
        await rejectsCode(ref.greet({}), "UNAUTHORIZED", `${code}`);
      }
    }));

  test("is sent again with the same key, and carried out once", () =>
    withIngress(async ({ url }) => {
      // The first one arrives, and its answer is lost.
      const lost = async (real: () => Promise<Response>) => {
        await (await real()).arrayBuffer();
        return unreachable();
      };
      const fetchOf = troubled(unreachable, lost);
      const greeter = connect(url, { fetch: fetchOf }).ref<CountGreeter>("example/count", "bob");
      assert.equal((await greeter.greet({ name: "Bob" })).count, 1);
      assert.equal((await greeter.greet({ name: "Bob" })).count, 2);
    }));

  test("is sent again when it was answered with 429, 502 or 503", () =>
    withIngress(async ({ url }) => {
      const answers = [429, 502, 503].map((code) =>
        connect(url, { fetch: troubled(status(code)) })
          .ref<Many>("example.deep/many", "m")
          .shout(String(code)),
      );
      assert.deepEqual(await Promise.all(answers), ["429", "502", "503"]);
    }));

  test("is sent again no more often than retries says, nor beyond its time", () =>
    withIngress(async ({ url }) => {
      const ref = (fetchOf: typeof fetch, options = {}) =>
        connect(url, { fetch: fetchOf, ...options }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(ref(troubled(unreachable), { retries: 0 }).greet({}), "CLIENT_FAILED");
      await rejectsCode(ref(troubled(unreachable, unreachable), { retries: 1 }).greet({}), "CLIENT_FAILED");
      // To wait a minute would take longer than the call may.
      const busy = status(503, { "Retry-After": "60" });
      await rejectsCode(ref(troubled(busy)).greet({}), "CLIENT_FAILED", "503");
      await rejectsCode(ref(troubled(status(500))).greet({}), "CLIENT_FAILED", "500");
    }));

  test("is not sent again when its address is parked: a person must act", () =>
    withIngress(async ({ url, world }) => {
      await world.engine.park(Address.of("example/count", "bob"), "for a test");
      let requests = 0;
      const counting: typeof fetch = (input, init) => {
        requests += 1;
        return fetch(input, init);
      };
      const greeter = connect(url, { fetch: counting }).ref<CountGreeter>("example/count", "bob");
      await rejectsCode(greeter.greet({}), "ADDRESS_PARKED");
      assert.equal(requests, 1);
    }));

  test("says the runtime's code and message", () =>
    withIngress(async ({ url }) => {
      const client = connect(url);
      await rejectsCode(client.ref<CountGreeter>("example/other", "x").greet({}), "FUNCTION_UNKNOWN", "example/other");
      const wrong = client.ref<CountGreeter>("example/count", "bob").greet({ nmae: "Bob" } as {});
      await rejectsCode(wrong, "VALUE_INVALID", "nmae");
      const key = { idempotencyKey: "one" };
      const greeter = client.ref<CountGreeter>("example/count", "bob");
      assert.deepEqual(await greeter.greet({ name: "Bob" }, key), await greeter.greet({ name: "Bob" }, key));
      await rejectsCode(greeter.greet({ name: "Eve" }, key), "IDEMPOTENCY_CONFLICT");
    }));

  test("without its token is UNAUTHORIZED", () =>
    withIngress(
      async ({ url }) => {
        await rejectsCode(connect(url).ref<CountGreeter>("example/count", "bob").greet({}), "UNAUTHORIZED");
        const client = connect(url, { bearerToken: "secret" });
        assert.equal((await client.ref<CountGreeter>("example/count", "bob").greet({})).count, 1);
      },
      { bearerToken: "secret" },
    ));
});

describe("a call's time", () => {
  test("ends at the runtime, which says what it knows of the address", () => {
    const clock = new ManualClock();
    return withIngress(
      async ({ url }) => {
        const door = doorFor("late");
        const late = connect(url)
          .ref<Many>("example.deep/many", "late")
          .waits(1, { timeout: { minutes: 1 } });
        const refused = rejectsCode(late, "ANSWER_TIMEOUT", "example.deep/many/late", "in flight");
        await door.reached;
        await clock.advance(60_000);
        await refused;
      },
      {},
      { clock },
    );
  });

  test("ends in the client when the runtime does not answer", () =>
    withIngress(async ({ url }) => {
      const deaf: typeof fetch = (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        });
      const client = connect(url, { fetch: deaf, timeout: 20 });
      await rejectsCode(client.ref<CountGreeter>("example/count", "b").greet({}), "ANSWER_TIMEOUT");
      await rejectsCode(client.sender<CountGreeter>("example/count", "b").greet({}), "CLIENT_FAILED");
    }));

  test("ends with the caller's signal, in the request, between two, and before the first", { timeout: 20_000 }, () =>
    withIngress(async ({ url, world }) => {
      const reason = new Error("changed my mind");
      const door = doorFor("signal");
      const stop = new AbortController();
      const waiting = connect(url)
        .ref<Many>("example.deep/many", "signal")
        .waits(1, {
          signal: stop.signal,
          timeout: { hours: 1 },
        });
      await door.reached;
      stop.abort(reason);
      await assert.rejects(waiting, reason);
      await until(() => world.engine.metrics.callsWaiting === 0);
      const greeter = connect(url).ref<CountGreeter>("example/count", "bob");
      await assert.rejects(greeter.greet({}, { signal: stop.signal }), reason);
      const between = new AbortController();
      const failing: typeof fetch = async () => {
        setImmediate(() => between.abort(reason));
        return unreachable();
      };
      const client = connect(url, { fetch: failing });
      await assert.rejects(
        client.ref<CountGreeter>("example/count", "bob").greet({}, { signal: between.signal }),
        reason,
      );
    }),
  );
});

test("a key that the client makes lives for five minutes after the timeout, and one of its user for a day", () => {
  const now = Date.UTC(2026, 0, 1);
  const minutes = (count: number) => now + count * 60_000;
  return withIngress(
    async ({ url, world }) => {
      const client = connect(url, { timeout: { minutes: 1 } });
      const greeter = client.ref<CountGreeter>("example/count", "bob");
      await greeter.greet({});
      await client.sender<CountGreeter>("example/count", "bob").greet({}, { timeout: { minutes: 2 } });
      await client.cancel("no such token", { timeout: { minutes: 3 } });
      await greeter.greet({}, { idempotencyKey: "of the user" });
      const listed = await listedKeys(world.store);
      assert.deepEqual(
        listed.map(({ endsAt }) => endsAt),
        [minutes(6), minutes(7), minutes(8), minutes(24 * 60)],
      );
      assert.equal(listed[3]?.key, "of the user");
    },
    {},
    { clock: { ...systemClock, now: () => now } },
  );
});
