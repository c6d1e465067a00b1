// The commands that talk to a runtime, as processes, against a runtime that `statefun start` runs.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Built } from "./built.js";
import { type Ended, Running, run } from "./run.js";

const built = new Built();
const project = built.project({
  "package.json": '{ "type": "module" }',
  "functions.js": `
    import { json, StatefulFunctions, TerminalError, Types } from "statefun-ts";
    const Order = json("shop.types/order");
    export const functions = new StatefulFunctions()
      .register("shop/counter", (text, context, state) => {
        if (text === "fail") throw new Error("told to fail");
        if (text === "nothing") return undefined;
        if (text === "silence") return context.deferReply();
        if (text === "refuse") throw new TerminalError("no money", { code: "CARD_REFUSED", details: { missing: 5 } });
        state.count = (state.count ?? 0) + 1;
        return text + " " + state.count;
      }, { handles: [Types.string], state: { count: Types.int } })
      .register("shop/orders", (order) => typeof order === "bigint" ? String(order) : order.sku, { handles: [Order, Types.long] });
  `,
});

let runtime: Running;
let env: Record<string, string>;

/** Runs a command against the runtime. */
const statefun = (...args: string[]): Promise<Ended> => run(built.main, args, { env });

async function jsonOf(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await statefun(...args, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function assertFailed({ code, stdout, stderr }: Ended, exitCode: number, errorCode: string): void {
  assert.equal(code, exitCode, stderr);
  assert.match(stderr, new RegExp(`^${errorCode}: .`));
  assert.equal(stdout, "");
}

before(async () => {
  const ports = ["--port", "0", "--admin-port", "0", "--admin-bearer-token", "secret"];
  runtime = new Running(built.main, ["start", "--functions", "functions.js", "--memory", ...ports, "--json"], {
    cwd: project,
  });
  const [text] = await runtime.saw(/\{[\s\S]*\n\}\n/);
  const { ingress, admin, functions, dir } = JSON.parse(text);
  assert.deepEqual(functions, ["shop/counter", "shop/orders"]);
  assert.equal(dir, null);
  env = {
    STATEFUN_URL: ingress,
    STATEFUN_ADMIN_URL: admin,
    STATEFUN_ADMIN_BEARER_TOKEN: "secret",
    STATEFUN_BEARER_TOKEN: "",
  };
});

after(async () => {
  const { code } = await runtime.stop();
  assert.equal(code, 0);
});

describe("messages", () => {
  test("a message in the place of the id is refused, and an id that looks like a message is not when there is a message", async () => {
    for (const verb of ["send", "call"]) {
      for (const message of ['"hello"', '{"sku":"tea"}', "[1]"])
        assertFailed(await statefun(verb, "shop/counter", message), 2, "OPTION_INVALID");
    }
    assert.equal((await statefun("call", "shop/counter", '{"id":1}', '"hello"')).stdout, '"hello 1"\n');
    assertFailed(await statefun("call", "shop/counter", "[::1]"), 1, "VALUE_INVALID"); // {} was sent to this id
  });

  test("call prints the answer, as text or as one document", async () => {
    assert.equal((await statefun("call", "shop/counter", "c1", '"hello"')).stdout, '"hello 1"\n');
    assert.deepEqual(await jsonOf("call", "shop/counter", "c1", '"hello"'), {
      typename: "io.statefun.types/string",
      value: "hello 2",
    });
  });

  test("send ends when the message is taken, and a repeated key sends once", async () => {
    const { code, stdout } = await statefun("send", "shop/counter", "s1", '"a"', "--key", "k1");
    assert.deepEqual([code, stdout], [0, "Accepted.\n"]);
    assert.deepEqual(await jsonOf("send", "shop/counter", "s1", '"a"', "--key", "k1"), { status: "accepted" });
    assert.equal((await statefun("call", "shop/counter", "s1", '"b"')).stdout, '"b 2"\n');
  });

  test("metadata travels beside a message", async () => {
    const pairs = ["--metadata", "tenant=shop=1", "--metadata", "Grüße=a, b"];
    await statefun("send", "shop/counter", "m1", '"a"', "--delay", "1h", ...pairs);
    const { delayed } = await jsonOf("show", "shop/counter", "m1");
    assert.deepEqual(delayed[0].metadata, [
      { name: "tenant", value: "shop=1" },
      { name: "Grüße", value: "a, b" },
    ]);
    for (const wrong of ["tenant", "=shop"]) {
      assertFailed(await statefun("send", "shop/counter", "m1", '"a"', "--metadata", wrong), 2, "OPTION_INVALID");
    }
  });

  test("a function of several types needs the type or the handler of a message", async () => {
    const untyped = await statefun("call", "shop/orders", "o1", '{"sku":"tea"}');
    assertFailed(untyped, 1, "VALUE_UNTYPED");
    assert.match(untyped.stderr, /\n.*--type.*--handler.*--bytes/);
    const typed = await statefun("call", "shop/orders", "o1", '{"sku":"tea"}', "--type", "shop.types/order");
    assert.equal(typed.stdout, '"tea"\n');
    const long = await statefun("call", "shop/orders", "o1", '"9007199254740993"', "--type", "io.statefun.types/long");
    assert.equal(long.stdout, '"9007199254740993"\n');
  });

  test("a value's own bytes come from a file or from stdin", async () => {
    const bytes = (text: string) => Buffer.from([0x0a, text.length, ...Buffer.from(text)]);
    const file = join(project, "value.bin");
    writeFileSync(file, bytes("tea"));
    const type = ["--type", "io.statefun.types/string"];
    assert.equal((await statefun("call", "shop/counter", "y1", "--bytes", file, ...type)).stdout, '"tea 1"\n');
    const piped = ["call", "shop/counter", "y1", "--bytes", "-", ...type];
    assert.equal((await run(built.main, piped, { env, stdin: bytes("oil") })).stdout, '"oil 2"\n');
    assert.equal((await statefun("send", "shop/counter", "y1", "--bytes", file)).stdout, "Accepted.\n");
    assertFailed(await statefun("send", "shop/counter", "y1", "{}", "--bytes", file), 2, "OPTION_INVALID");
    assertFailed(await statefun("send", "shop/counter", "y1", "--bytes", "nothing.bin"), 2, "OPTION_INVALID");
  });

  test("ids and namespaces may hold what a path can't", async () => {
    for (const id of ["..", ".", "a/b?c#d%20 ü"]) {
      assert.equal((await statefun("call", "shop/counter", id, '"x"')).stdout, '"x 1"\n', id);
      assert.equal((await jsonOf("show", "shop/counter", id)).id, id);
    }
  });

  test("a delayed message is withdrawn by its token, once", async () => {
    await statefun("send", "shop/counter", "d1", '"later"', "--delay", "1h", "--cancellation-token", "t1");
    const [delayed] = (await jsonOf("show", "shop/counter", "d1")).delayed;
    assert.deepEqual([delayed.cancellationToken, delayed.value], ["t1", "later"]);
    assert.equal((await statefun("cancel", "t1")).stdout, "Cancelled.\n");
    assertFailed(await statefun("cancel", "t1"), 4, "NOT_FOUND");
  });

  test("call says that an answer has no value", async () => {
    assert.equal((await statefun("call", "shop/counter", "n1", '"nothing"')).stdout, "Answered, without a value.\n");
    assert.deepEqual(await jsonOf("call", "shop/counter", "n1", '"nothing"'), {});
  });

  test("a call that the function refuses for good prints the function's code and details", async () => {
    const refused = await statefun("call", "shop/counter", "n1", '"refuse"');
    assertFailed(refused, 1, "CARD_REFUSED");
    assert.equal(refused.stderr, 'CARD_REFUSED: no money\n{"missing":5}\n');
  });

  test("a call that is not answered in time can be tried again", async () => {
    assertFailed(await statefun("call", "shop/counter", "w1", '"silence"', "--timeout", "50ms"), 5, "ANSWER_TIMEOUT");
  });
});

describe("looking", () => {
  test("ps lists the functions in a table, and as one document", async () => {
    await statefun("call", "shop/counter", "p1", '"x"');
    const { stdout } = await statefun("ps");
    assert.match(stdout, /^FUNCTION +ENDPOINT +ADDRESSES +WAITING +FAILING +PARKED +IN FLIGHT +OLDEST CALL\n/);
    assert.match(stdout, /^shop\/counter +in this process +\d+ +0 +0 +\d+ +0$/m);
    const { functions } = await jsonOf("ps");
    assert.deepEqual(functions.map((shown: any) => shown.function).sort(), ["shop/counter", "shop/orders"]);
  });

  test("addresses are listed page by page", async () => {
    for (const id of ["~1", "~2"]) await statefun("call", "shop/counter", id, '"x"');
    const first = await jsonOf("addresses", "shop/counter", "--after", "~", "--limit", "1");
    const listed = { id: "~1", waiting: 0, parked: null, failing: null, delayed: null, columns: {} };
    assert.deepEqual(first, { addresses: [listed], next: "~1" });
    const { stdout } = await statefun("addresses", "shop/counter", "--after", "~", "--limit", "1");
    assert.match(stdout, /^ID +WAITING\n~1 +0\n.*--after "~1"\n$/);
    assert.equal((await jsonOf("addresses", "shop/counter", "--after", "~1")).next, null);
  });

  test("show prints the states and messages of an address", async () => {
    await statefun("call", "shop/counter", "a1", '"x"');
    const { stdout } = await statefun("show", "shop/counter", "a1");
    assert.match(stdout, /^shop\/counter\/a1\n/);
    assert.match(stdout, /^count +io\.statefun\.types\/int +\S+ +1$/m);
  });

  test("what an id or a reason holds can't break out of its line, and a long id is cut in tables", async () => {
    const id = "\u001b[31m\n~";
    const long = `~long${"x".repeat(100)}`;
    for (const parked of [id, long]) await statefun("park", "shop/counter", parked, "--reason", "a\n\u009b31m");
    for (const args of [["show", "shop/counter", id], ["parked"], ["addresses", "shop/counter"]]) {
      const { code, stdout } = await statefun(...args);
      assert.equal(code, 0);
      assert.ok(!stdout.includes("\u001b") && !stdout.includes("\u009b"));
      assert.doesNotMatch(stdout, /^~$/m);
    }
    assert.match((await statefun("parked")).stdout, /^shop\/counter +~longx{74}… /m);
    const { parked } = await jsonOf("parked");
    assert.ok(parked.some((one: any) => one.id === long));
    for (const parked of [id, long]) await statefun("retry", "shop/counter", parked);
  });

  test("health and metrics", async () => {
    assert.equal((await statefun("health")).stdout, "Healthy.\n");
    assert.deepEqual(await jsonOf("health"), { status: "ok" });
    assert.match((await statefun("metrics")).stdout, /^statefun_messages_in_total \d+$/m);
  });

  test("nothing is coloured", async () => {
    const { stdout } = await run(built.main, ["ps"], { env: { ...env, FORCE_COLOR: "1" } });
    assert.ok(!stdout.includes("\u001b"));
  });
});

test("control characters from outside are escaped on a terminal", async () => {
  const hostile = "\u001b[2J\u009b31m\u007f\u202edrawkcab\u2066";
  const raw = /[^\P{Cc}\n]|\p{Bidi_Control}/u;
  await statefun("call", "shop/counter", hostile, JSON.stringify(hostile));
  await statefun("park", "shop/counter", hostile, "--reason", hostile);
  await statefun("send", "shop/counter", hostile, JSON.stringify(hostile));
  for (const args of [
    ["call", "shop/counter", "v1", JSON.stringify(hostile)],
    ["call", "shop/counter", "v1", JSON.stringify(hostile), "--json"],
    ["show", "shop/counter", hostile],
    ["show", "shop/counter", hostile, "--json"],
    ["addresses", "shop/counter"],
    ["parked"],
    ["ps"],
    ["metrics"],
    ["call", "shop/counter", hostile, '"x"'],
    ["call", `shop/${hostile}`, "v1", '"x"'],
    [hostile],
    ["ps", `--${hostile}`],
  ]) {
    const { stdout, stderr } = await statefun(...args);
    assert.ok(stdout !== "" || stderr !== "", args.join(" "));
    assert.doesNotMatch(stdout + stderr, raw, args.join(" "));
  }
  await statefun("retry", "shop/counter", hostile);
  const { value } = await jsonOf("call", "shop/counter", "v2", JSON.stringify(hostile));
  assert.equal(value, `${hostile} 1`);
});

describe("mending", () => {
  test("a call to an address that was parked by hand gets the reason", async () => {
    await statefun("park", "shop/counter", "p1", "--reason", "the supplier is closed");
    const { code, stderr } = await statefun("call", "shop/counter", "p1", '"x"');
    assert.equal(code, 1);
    assert.match(stderr, /the supplier is closed/);
    await statefun("retry", "shop/counter", "p1");
  });

  test("a state is printed, set and deleted", async () => {
    await statefun("call", "shop/counter", "m1", '"x"');
    assert.match((await statefun("state", "shop/counter", "m1")).stdout, /^count +io\.statefun\.types\/int +1$/m);
    assert.equal((await statefun("state", "shop/counter", "m1", "count")).stdout, "1\n");
    assert.deepEqual(await jsonOf("state", "shop/counter", "m1", "count", "--set", "41"), { status: "written" });
    assert.equal((await statefun("call", "shop/counter", "m1", '"x"')).stdout, '"x 42"\n');
    assert.equal((await statefun("state", "shop/counter", "m1", "count", "--delete")).stdout, "Deleted.\n");
    assertFailed(await statefun("state", "shop/counter", "m1", "count"), 4, "NOT_FOUND");
    assertFailed(await statefun("state", "shop/counter", "m1", "count", "--set", '"x"'), 1, "VALUE_INVALID");
    const misspelt = ["cuont", "--set", '"x"', "--type", "io.statefun.types/string"];
    assertFailed(await statefun("state", "shop/counter", "m1", ...misspelt), 4, "NOT_FOUND");
    assertFailed(await statefun("state", "shop/counter", "m1", "--set", "1"), 2, "OPTION_INVALID");
    assertFailed(await statefun("state", "shop/counter", "m1", "count", "--set", "1", "--delete"), 2, "OPTION_INVALID");
  });

  test("an address is parked, loses a message, and goes on", async () => {
    assert.equal((await statefun("park", "shop/counter", "k1", "--reason", "a look")).stdout, "Parked.\n");
    assertFailed(await statefun("call", "shop/counter", "k1", '"x"'), 1, "ADDRESS_PARKED");
    const { parked } = await jsonOf("parked");
    assert.deepEqual([parked[0].id, parked[0].reason], ["k1", "a look"]);
    assert.match((await statefun("parked")).stdout, /^shop\/counter +k1 .* a look$/m);
    assert.match((await statefun("show", "shop/counter", "k1")).stdout, /^Parked since .*a look$/m);
    for (const text of ['"a"', '"b"', '"c"']) await statefun("send", "shop/counter", "k1", text);
    assert.equal((await jsonOf("drop", "shop/counter", "k1")).dropped, 1);
    assert.equal((await statefun("call", "shop/counter", "k1", '"d"')).stdout, '"d 3"\n');
    assert.equal((await statefun("drop", "shop/counter", "k1", "--all-messages")).stdout, "Dropped 0 messages.\n");
    assert.equal((await statefun("retry", "shop/counter", "k1")).code, 0);
    assert.equal((await statefun("parked")).stdout, "No address is parked.\n");
  });
});

describe("failures", () => {
  test("a function that does not exist is FUNCTION_UNKNOWN", async () => {
    assertFailed(await statefun("call", "shop/nothing", "x", '"x"'), 4, "FUNCTION_UNKNOWN");
    assertFailed(await statefun("show", "shop/nothing", "x"), 4, "FUNCTION_UNKNOWN");
  });

  test("a command line that is wrong", async () => {
    assertFailed(await statefun("psx"), 2, "OPTION_INVALID");
    assertFailed(await statefun("call", "counter", "x", '"x"'), 2, "TYPE_NAME_INVALID");
    assertFailed(await statefun("call", "shop/counter", "x", "Bob"), 2, "OPTION_INVALID");
    assertFailed(await statefun("send", "shop/counter", "x", '"x"', "--cancellation-token", "t"), 2, "OPTION_INVALID");
    for (const delay of ["soon", "0s", "5", "5y"]) {
      assertFailed(await statefun("send", "shop/counter", "x", '"x"', "--delay", delay), 2, "DURATION_INVALID");
    }
    assertFailed(await statefun("call", "shop/counter", "x", '"x"', "--timeout", "5"), 2, "DURATION_INVALID");
    assertFailed(await statefun("ps", "--admin-url", "nowhere"), 2, "OPTION_INVALID");
    assertFailed(await statefun("addresses", "shop/counter", "--limit", "0"), 2, "OPTION_INVALID");
  });

  test("a URL where nothing listens, or where something else listens", async (t) => {
    const other = createServer((_, response) => response.writeHead(404).end("<html>not here</html>"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    assertFailed(await statefun("ps", "--admin-url", `http://127.0.0.1:${port}`), 3, "CLIENT_FAILED");
    assertFailed(await statefun("ps", "--admin-url", "http://127.0.0.1:1"), 3, "CLIENT_FAILED");
    assertFailed(await statefun("call", "a/b", "c", "--url", "http://127.0.0.1:1"), 3, "CLIENT_FAILED");
  });

  test("a key or a token that a header can't hold", async () => {
    assertFailed(await statefun("send", "shop/counter", "h1", '"x"', "--key", "ü😀"), 2, "OPTION_INVALID");
    for (const token of ["ü", "a b", "a\n"]) {
      assertFailed(await statefun("ps", "--admin-bearer-token", token), 2, "OPTION_INVALID");
    }
  });

  test("a token that is missing or wrong", async () => {
    assertFailed(await statefun("ps", "--admin-bearer-token", "wrong"), 1, "UNAUTHORIZED");
    const { STATEFUN_ADMIN_URL = "" } = env;
    const ended = await run(built.main, ["ps"], { env: { STATEFUN_ADMIN_URL, STATEFUN_ADMIN_BEARER_TOKEN: "" } });
    assertFailed(ended, 1, "UNAUTHORIZED");
  });
});

describe("help", () => {
  test("help names every command, and the options of one command", async () => {
    const { code, stdout } = await statefun();
    assert.equal(code, 0);
    assert.equal((await statefun("--help")).stdout, stdout);
    assert.match(stdout, /^ {2}call <ns\/name> <id> \[json\] /m);
    const one = await statefun("help", "call");
    assert.match(one.stdout, /--timeout <time> /);
    assert.equal((await statefun("call", "--help")).stdout, one.stdout);
    assertFailed(await statefun("help", "cal"), 2, "OPTION_INVALID");
  });

  test("the version is the package's", async () => {
    assert.equal((await statefun("--version")).stdout, `${built.version}\n`);
  });
});
