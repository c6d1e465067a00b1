// The client shows and cancels runs through the ingress of a real engine, which holds their journals.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/client/entry.js";
import { Address } from "../../src/model/address.js";
import { readCancellation } from "../../src/workflows/journal/hidden-messages.js";
import { type World, withIngress } from "../runtime/ingress/world.js";
import { at, charged, ended, journal, operation, queued, run, storeOf } from "../runtime/runs/journals.js";
import { rejectsCode } from "../support/expect-code.js";

const time = (ms: number) => new Date(ms).toISOString();
const bob = ["example/count", "bob"] as const;

/** An engine with a run that lives, one that waits for its turn, and one that was cancelled. What is sent to it stays there. */
async function withRuns(
  body: (at: { url: string; world: World; cancellations(): Promise<object[]> }) => Promise<void>,
  bearerToken?: string,
): Promise<void> {
  const done = operation("step:charge", { seq: 1, endedAt: at, value: charged });
  const bobs = journal({
    runs: [run("r1", [done, operation("sleep", { kind: "sleep" })])],
    waiting: [queued("r2")],
    lastEnded: ended("r0", "cancelled"),
  });
  const store = await storeOf({ bob: bobs }, "example/count");
  const park = [Address.of(...bob)];
  const options = bearerToken === undefined ? {} : { bearerToken };
  await withIngress(
    ({ url, world }) => {
      const cancellations = async () =>
        (await world.engine.inspect(Address.of(...bob))).mailbox.map(({ value }) => readCancellation(value));
      return body({ url, world, cancellations });
    },
    options,
    { store, park },
  );
}

test("runs says how far each run of an address is, and nothing of what it has done", () =>
  withRuns(async ({ url }) => {
    const common = { workflow: "shop.types/place", endedAt: null, cancelled: false };
    assert.deepEqual(await connect(url).runs(...bob), [
      { ...common, run: "r1", status: "waiting", since: time(at - 1000) },
      { ...common, run: "r2", status: "queued", since: time(at - 2000) },
      { ...common, run: "r0", status: "cancelled", since: time(at - 1000), endedAt: time(at), cancelled: true },
    ]);
    assert.deepEqual(await connect(url).runs("example/count", "ann/ü ?"), []);
    await rejectsCode(connect(url).runs("example/nobody", "bob"), "FUNCTION_UNKNOWN");
    await rejectsCode(connect(url).runs("example/count", ""), "ID_MISSING");
  }));

test("cancelRun says whether there is such a run, and may be repeated", () =>
  withRuns(async ({ url, cancellations }) => {
    const client = connect(url);
    assert.equal(await client.cancelRun(...bob, "r2", { reason: "too late & more" }), true);
    assert.deepEqual(await cancellations(), [{ run: "r2", reason: "too late & more" }]);
    assert.equal(await client.cancelRun(...bob, "r0"), true);
    assert.equal(await client.cancelRun(...bob, "gone/?"), false);
    assert.equal(await client.cancelRun("example/count", "ann", "r1"), false);
    assert.equal((await cancellations()).length, 1);
    await rejectsCode(client.cancelRun(...bob, ".."), "VALUE_INVALID");
    await rejectsCode(client.cancelRun(...bob, undefined as never), "VALUE_INVALID");
    await rejectsCode(client.cancelRun("example/nobody", "bob", "r1"), "FUNCTION_UNKNOWN");
    await rejectsCode(client.cancelRun(...bob, "r1", { why: "?" } as object), "OPTION_INVALID");
  }));

test("cancelRuns names all runs that it cancels", () =>
  withRuns(async ({ url, cancellations }) => {
    assert.deepEqual(await connect(url).cancelRuns(...bob), ["r1", "r2"]);
    assert.deepEqual(await cancellations(), [{ run: "", reason: "" }]);
    assert.deepEqual(await connect(url).cancelRuns("example/count", "ann"), []);
  }));

test("runs are shown and cancelled with the token of the ingress alone", () =>
  withRuns(async ({ url, cancellations }) => {
    await rejectsCode(connect(url).runs(...bob), "UNAUTHORIZED");
    await rejectsCode(connect(url).cancelRun(...bob, "r1"), "UNAUTHORIZED");
    await rejectsCode(connect(url, { bearerToken: "wrong" }).cancelRuns(...bob), "UNAUTHORIZED");
    assert.deepEqual(await cancellations(), []);
    assert.equal(await connect(url, { bearerToken: "secret" }).cancelRun(...bob, "r1"), true);
  }, "secret"));

test("a request is sent again when no answer came, and what is no runtime's answer is told", async () => {
  let tries = 0;
  const lost: typeof fetch = async () => {
    tries += 1;
    if (tries === 1) throw new Error("the connection broke");
    return Response.json({ cancelled: ["r1"] });
  };
  assert.equal(await connect("http://localhost:1", { fetch: lost }).cancelRun(...bob, "r1"), true);
  assert.equal(tries, 2);
  const stranger = connect("http://localhost:1", { fetch: async () => Response.json({ hello: 1 }) });
  await rejectsCode(stranger.runs(...bob), "CLIENT_FAILED");
});
