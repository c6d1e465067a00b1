// `statefun query` against a running runtime.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseInput } from "../../src/cli/parse.js";
import { query } from "../../src/cli/query.js";
import { Address, json, StatefulFunctions, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.js";
import { printed } from "./admin-server.js";

const Device = json<{ status: string; note?: string }>("fleet/state");
const functions = new StatefulFunctions().register("fleet/device", () => {}, {
  handles: [Types.string],
  state: { device: Device, count: { type: Types.int, default: 0 } },
});

async function setUp(t: TestContext, bearerToken = "secret") {
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: false,
    admin: { port: 0, bearerToken },
  });
  t.after(() => runtime.close());
  const hold = async (id: string, status: string, note?: string) => {
    const value = Device.pack({ status, ...(note === undefined ? {} : { note }) });
    await runtime.engine.setState(new Address("fleet", "device", id), "device", value);
  };
  const errors: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => {
    errors.push(text);
    return true;
  });
  const args = ["--admin-url", runtime.admin?.url as string, "--admin-bearer-token", bearerToken];
  const run = (...more: readonly string[]) =>
    printed(t, () => query(parseInput("query", ["fleet/device", ...more, ...args])));
  return { hold, run, errors, url: runtime.admin?.url as string };
}

test("a table has the ids and the columns, and says where to go on", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("b", "offline", "x".repeat(100));
  await hold("a", "offline");
  await hold("c", "online");
  const text = await run('device.status == "offline"', "--columns", "device.status, count, device.note");
  const lines = text.trimEnd().split("\n");
  assert.match(lines[0] as string, /^ID +DEVICE.STATUS +COUNT +DEVICE.NOTE$/);
  assert.match(lines[1] as string, /^a +offline +0$/);
  assert.match(lines[2] as string, /^b +offline +0 +x{59}…$/);
  assert.match(await run("--limit", "2"), /--after "b"\n$/);
  assert.match(await run("--after", "b"), /\nc +/);
  assert.match(await run("device.status == 'lost'"), /No address was found, of 3/);
});

test("the other formats print every row as it is", async (t) => {
  const { hold, run } = await setUp(t);
  await hold("a", '"off", line');
  await hold("b", "on");
  const csv = await run("--columns", "device.status", "--format", "csv");
  assert.equal(csv, 'id,device.status\r\na,"""off"", line"\r\nb,on\r\n');
  assert.equal(await run("false", "--format", "csv"), "id\r\n");
  const lines = (await run("--columns", "count", "--format", "ndjson")).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { id: "a", values: { count: 0 } },
      { id: "b", values: { count: 0 } },
    ],
  );
  const { rows, read } = JSON.parse(await run("--json", "--columns", "count"));
  assert.deepEqual([rows.length, read], [2, 2]);
});

test("what the condition does not fit is said on stderr", async (t) => {
  const { hold, run, errors } = await setUp(t);
  await hold("a", "x", "y");
  await hold("b", "x");
  await hold("c", "x");
  await run('device.note == "y"');
  assert.match(errors.join(""), /does not fit 2 addresses, such as b: .*note/);
});

test("what is wrong is refused with the code of the admin server, or of the command", async (t) => {
  const { run, url } = await setUp(t);
  await rejectsCode(run("cuont == 1"), "QUERY_INVALID", "count");
  await rejectsCode(run("--format", "xml"), "OPTION_INVALID");
  await rejectsCode(run("--limit", "0"), "OPTION_INVALID");
  const ask = (...more: readonly string[]) => query(parseInput("query", ["fleet/other", "--admin-url", ...more]));
  await rejectsCode(ask(url), "UNAUTHORIZED");
  await rejectsCode(ask(url, "--admin-bearer-token", "secret"), "FUNCTION_UNKNOWN");
  await rejectsCode(ask("http://127.0.0.1:1"), "CLIENT_FAILED");
});
