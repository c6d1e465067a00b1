// The commands that look follow the pages of the admin server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addresses, parked, ps, show } from "../../src/cli/look.js";
import { parseInput } from "../../src/cli/parse.js";
import { rejectsCode } from "../support/expect-code.js";
import { adminServer, printed } from "./admin-server.js";

test("ps lists the functions of all pages", async (t) => {
  const shown = (name: string) => ({
    function: name,
    endpoint: "in this process",
    addresses: 1,
    waiting: 0,
    parked: 0,
    failing: 0,
    inFlight: 0,
    oldestCall: null,
  });
  const { asked, url } = await adminServer(t, {
    "/functions?limit=1000": { functions: [shown("a/a"), shown("a/b")], next: "a/b" },
    "/functions?after=a/b&limit=1000": { functions: [shown("a/c")], next: null },
  });
  const text = await printed(t, () => ps(parseInput("ps", ["--admin-url", url, "--json"])));
  assert.deepEqual(
    JSON.parse(text).functions.map((one: { function: string }) => one.function),
    ["a/a", "a/b", "a/c"],
  );
  assert.equal(asked.length, 2);
});

test("addresses asks for as many pages as its limit needs, and names the next place", async (t) => {
  const page = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `${from + index}`, waiting: 0 }));
  const { asked, url } = await adminServer(t, {
    "/functions/a/b/addresses?after=0&limit=1000": { addresses: page(1, 1000), next: "1000" },
    "/functions/a/b/addresses?after=1000&limit=200": { addresses: page(1001, 150), next: "1150" },
    "/functions/a/b/addresses?after=1150&limit=50": { addresses: page(1151, 50), next: "1200" },
  });
  const args = ["a/b", "--admin-url", url, "--after", "0", "--limit", "1200"];
  const { addresses: found, next } = JSON.parse(
    await printed(t, () => addresses(parseInput("addresses", [...args, "--json"]))),
  );
  assert.deepEqual([found.length, found.at(-1).id, next], [1200, "1200", "1200"]);
  assert.equal(asked.length, 3);
  assert.match(await printed(t, () => addresses(parseInput("addresses", args))), /--after "1200"\n$/);
});

test("parked goes on at a place", async (t) => {
  const one = { function: "a/b", id: "1", since: "now", code: "ADDRESS_PARKED", reason: "a look", attempts: 0 };
  const { url } = await adminServer(t, {
    "/parked?after=place&limit=100": { parked: [one], total: 5, next: "later" },
    "/parked?after=later&limit=99": { parked: [], total: 5, next: null },
  });
  const args = ["--admin-url", url, "--after", "place", "--json"];
  const text = await printed(t, () => parked(parseInput("parked", args)));
  assert.deepEqual(JSON.parse(text), { parked: [one], total: 5, next: null });
});

test("show has the states of all pages and the first 100 delayed messages, however many pages that takes", async (t) => {
  const state = (name: string) => ({ name, writtenAt: "now", typename: "t", value: 1 });
  const delayed = { dueAt: "then", cancellationToken: null, typename: "t", value: 1 };
  const rest = {
    function: "a/b",
    id: "1",
    runs: [],
    waiting: 0,
    mailbox: [],
    delayed: [],
    parked: null,
    failing: null,
    inFlight: null,
  };
  const { url } = await adminServer(t, {
    "/addresses/a/b/1": { ...rest, states: [state("s1"), state("s2")], nextState: "s2", nextDelayed: "k1" },
    "/addresses/a/b/1?afterState=s2": { ...rest, states: [state("s3")], nextState: null, nextDelayed: "k1" },
    "/delayed?function=a/b&id=1&after=k1&limit=100": { delayed: [], total: 9, next: "k2" },
    "/delayed?function=a/b&id=1&after=k2&limit=100": { delayed: [delayed], total: 9, next: null },
  });
  const text = await printed(t, () => show(parseInput("show", ["a/b", "1", "--admin-url", url, "--json"])));
  assert.deepEqual(JSON.parse(text), {
    ...rest,
    states: [state("s1"), state("s2"), state("s3")],
    nextState: null,
    delayed: [delayed],
    nextDelayed: null,
  });
});

test("a limit that is no number is refused before anything is asked", async () => {
  for (const limit of ["0", "1e2", "ten"]) {
    await rejectsCode(parked(parseInput("parked", ["--limit", limit])), "OPTION_INVALID");
  }
});
