// One test for each row of the table in docs/migrating-from-python.md, by its first column.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import Koa from "koa";
import protobuf from "protobufjs";
import {
  type Address,
  type Context,
  Handles,
  kafkaRecord,
  kinesisRecord,
  packValue,
  RequestReplyHandler,
  State,
  StatefulFunction,
  StatefulFunctions,
  type TypedValue,
  Types,
} from "statefun-ts";
import { statefun } from "statefun-ts/koa";
import { example } from "../../samples/messages/messages.js";
import { TinyEngine } from "../samples/tiny-engine.ts";
import { codeIn, pageAt, root, tableRows } from "./pages.ts";

const { User, Admin, Count } = example;
const seth = User.create({ userId: "user1", name: "Seth" });
const userUrl = "type.googleapis.com/example.User";
const tested = new Set<string>();

function row(name: string, run: () => void | Promise<void>): void {
  tested.add(name);
  test(name, run);
}

/** A message that reaches the function "example/target". */
interface Arrival {
  address: Address;
  caller: Address | undefined;
  message: TypedValue;
}

/** Runs a handler as "example/subject" on StateFun 2, which the Python SDK's page describes. */
async function run(handler: (context: Context, message: TypedValue) => unknown, properties: object = seth) {
  const arrivals: Arrival[] = [];
  const functions = new StatefulFunctions()
    .register("example/subject", (message, context) => handler(context, message))
    .register("example/target", (message, { address, caller }) => {
      arrivals.push({ address, caller, message });
    });
  const engine = new TinyEngine(functions, "v2", { "example/subject": ["count"] });
  const send = () => engine.send("example/subject", "1", User, properties);
  await send();
  return { engine, arrivals, send };
}

/** The callers that a handler of "example/subject" sees: an ingress, and another function. */
async function seen<T>(look: (context: Context) => T): Promise<T[]> {
  const values: T[] = [];
  const functions = new StatefulFunctions()
    .register("example/subject", (_message, context) => {
      values.push(look(context));
    })
    .register("example/sender", (message, context) => context.send("example/subject", "1", message));
  const engine = new TinyEngine(functions, "v2");
  await engine.send("example/subject", "1", User, seth);
  await engine.send("example/sender", "2", User, seth);
  return values;
}

function assertUser({ arrivals }: { arrivals: Arrival[] }): void {
  assert.equal(arrivals.length, 1);
  assert.equal(arrivals[0]?.address.toString(), "example/target/user1");
  assert.equal(arrivals[0].message.typename, userUrl);
  assert.deepEqual({ ...arrivals[0].message.as(User) }, { userId: "user1", name: "Seth" });
}

describe("functions", () => {
  row("functions = StatefulFunctions()", () => {
    @StatefulFunction("example/one")
    class One {
      @Handles() handle() {}
    }
    @StatefulFunction("example/two")
    class Two {
      @Handles() handle() {}
    }
    assert.deepEqual(new StatefulFunctions(One, Two).typeNames, ["example/one", "example/two"]);
  });

  row('@functions.bind("example/hello")', async () => {
    const names: string[] = [];
    @StatefulFunction("example/hello")
    class Hello {
      @Handles(User) hello(user: example.User) {
        names.push(user.name);
      }
    }
    for (const functions of [new StatefulFunctions(Hello), new StatefulFunctions().bind(Hello)]) {
      await new TinyEngine(functions, "v2").send("example/hello", "1", User, seth);
    }
    assert.deepEqual(names, ["Seth", "Seth"]);
  });

  row('functions.register("example/caller", caller_function)', async () => {
    const functions = new StatefulFunctions();
    const names: string[] = [];
    functions.register("example/caller", (user) => names.push(user.name), { handles: [User] });
    await new TinyEngine(functions, "v2").send("example/caller", "1", User, seth);
    assert.deepEqual(names, ["Seth"]);
  });

  const took: unknown[] = [];
  @StatefulFunction("example/typed")
  class Typed {
    @Handles(User) hello(user: example.User) {
      took.push(user);
    }
  }

  row("def hello(context, message: User)", async () => {
    const engine = new TinyEngine(new StatefulFunctions(Typed), "v2");
    await engine.send("example/typed", "1", User, seth);
    assert.ok(took.pop() instanceof User);
    await assert.rejects(engine.send("example/typed", "1", Admin, {}), { code: "MESSAGE_UNHANDLED" });
  });

  @StatefulFunction("example/union")
  class Union {
    @Handles(User, Admin) goodbye(person: example.User | example.Admin) {
      took.push(person instanceof User ? "user" : "admin");
    }
  }
  const sendBoth = async () => {
    const engine = new TinyEngine(new StatefulFunctions(Union), "v2");
    await engine.send("example/union", "1", User, seth);
    await engine.send("example/union", "1", Admin, {});
    assert.deepEqual(took.splice(0), ["user", "admin"]);
  };
  row("def goodbye(context, message: typing.Union[User, Admin])", sendBoth);
  row("isinstance(message, User)", sendBoth);

  row("def hello(context, message)", async () => {
    @StatefulFunction("example/untyped")
    class Untyped {
      @Handles() hello(message: TypedValue) {
        took.push(message.typename);
      }
    }
    const engine = new TinyEngine(new StatefulFunctions(Untyped), "v2");
    await engine.send("example/untyped", "1", User, seth);
    await engine.send("example/untyped", "1", Admin, {});
    assert.deepEqual(took.splice(0), [userUrl, "type.googleapis.com/example.Admin"]);
  });

  row("async def hello(context, message)", async () => {
    @StatefulFunction("example/async")
    class Async {
      @Handles(User) async hello(user: example.User, context: Context) {
        await Promise.resolve();
        context.sendEgress("example/out", user);
      }
    }
    const engine = new TinyEngine(new StatefulFunctions(Async), "v2");
    await engine.send("example/async", "1", User, seth);
    assert.equal(engine.egresses.length, 1);
  });
});

describe("addresses", () => {
  row("context.address", async () => {
    assert.deepEqual((await seen(({ address }) => address)).map(String), ["example/subject/1", "example/subject/1"]);
  });

  row("context.caller", async () => {
    const [fromIngress, fromFunction] = await seen(({ caller }) => caller);
    assert.equal(fromIngress, undefined);
    assert.equal(String(fromFunction), "example/sender/2");
  });

  row("address.typename()", async () => {
    assert.equal((await seen(({ caller }) => caller?.typeName))[1], "example/sender");
  });

  row("address.namespace, address.type", async () => {
    const [, halves] = await seen(({ caller }) => [caller?.namespace, caller?.name]);
    assert.deepEqual(halves, ["example", "sender"]);
  });

  row("address.identity", async () => {
    assert.equal((await seen(({ caller }) => caller?.id))[1], "2");
  });
});

describe("messages", () => {
  row("context.send(typename, id, any)", async () => {
    assertUser(await run((context, message) => context.send("example/target", "user1", message)));
  });

  row("context.pack_and_send(typename, id, message)", async () => {
    assertUser(await run((context) => context.send("example/target", seth.userId, seth)));
    @StatefulFunction("example/target")
    class Target {
      @Handles(User) take() {}
    }
    assertUser(await run((context) => context.send(Target, seth.userId, seth)));
  });

  const replies = async (reply: (context: Context, message: TypedValue) => void) => {
    const received: TypedValue[] = [];
    const functions = new StatefulFunctions()
      .register("example/answers", (message, context) => reply(context, message))
      .register("example/asks", (message, context) => {
        if (context.caller === undefined) context.send("example/answers", "1", message);
        else received.push(message);
      });
    await new TinyEngine(functions, "v2").send("example/asks", "1", User, seth);
    assert.equal(received.length, 1);
    assert.equal(received[0]?.as(User).name, "Seth");
  };
  row("context.reply(any)", () => replies((context, message) => context.reply(message)));
  row("context.pack_and_reply(message)", () => replies((context, message) => context.reply(message.as(User))));

  const delayed = async (send: (context: Context, message: TypedValue) => void) => {
    const outcome = await run(send);
    const [message, ...more] = outcome.engine.delayed;
    assert.equal(more.length, 0);
    assert.equal(message?.delayMs, 1_800_000);
    await message.deliver();
    assertUser(outcome);
  };
  row("context.send_after(delay, typename, id, any)", () =>
    delayed((context, message) => context.sendAfter({ minutes: 30 }, "example/target", "user1", message)),
  );
  row("context.pack_and_send_after(delay, typename, id, message)", () =>
    delayed((context) => context.sendAfter({ minutes: 30 }, "example/target", "user1", seth)),
  );
  row("timedelta(minutes=30)", () =>
    delayed((context) => context.sendAfter(1_800_000, "example/target", "user1", seth)),
  );

  const egress = async (send: (context: Context, message: TypedValue) => void) => {
    const [sent, ...more] = (await run(send)).engine.egresses;
    assert.equal(more.length, 0);
    assert.equal(sent?.egress, "example/out");
    assert.equal(sent.record.typename, userUrl);
    assert.equal(User.decode(sent.record.value).name, "Seth");
  };
  row("context.send_egress(typename, any)", () =>
    egress((context, message) => context.sendEgress("example/out", message)),
  );
  row("context.pack_and_send_egress(typename, message)", () =>
    egress((context) => context.sendEgress("example/out", seth)),
  );
});

describe("state", () => {
  @StatefulFunction("example/state")
  class Stateful {
    @State("count", Count) count?: example.Count;

    @Handles(User) up(_user: example.User, context: Context) {
      const before = this.count;
      this.count = Count.create({ value: (before?.value ?? 0) + 1 });
      context.sendEgress("example/out", Types.string.pack(`${before?.value}`));
    }

    @Handles(Admin) clear() {
      delete this.count;
    }
  }
  const start = () => new TinyEngine(new StatefulFunctions(Stateful), "v2", { "example/state": ["count"] });
  const texts = (engine: TinyEngine) => engine.egresses.map(({ record }) => Types.string.v2?.deserialize(record.value));

  row('context["count"]', async () => {
    const engine = start();
    await engine.send("example/state", "1", User, seth);
    await engine.send("example/state", "1", User, seth);
    assert.deepEqual(texts(engine), ["undefined", "1"]);

    const read: unknown[] = [];
    const { send } = await run((context) => {
      read.push(context.state.get("count", Count)?.value, context.state.get("count")?.typename);
      context.state.set("count", Count.create({ value: 7 }));
    });
    await send();
    assert.deepEqual(read, [undefined, undefined, 7, "type.googleapis.com/example.Count"]);
  });

  row('context["count"] = any', async () => {
    const engine = start();
    await engine.send("example/state", "1", User, seth);
    assert.ok(engine.hasState("example/state", "1", "count"));
    const byName = await run((context, message) => context.state.set("count", message));
    assert.ok(byName.engine.hasState("example/subject", "1", "count"));
  });

  row('del context["count"]', async () => {
    const engine = start();
    await engine.send("example/state", "1", User, seth);
    await engine.send("example/state", "1", Admin, {});
    assert.ok(!engine.hasState("example/state", "1", "count"));

    let calls = 0;
    const byName = await run((context, message) => {
      if (calls++ === 0) context.state.set("count", message);
      else context.state.delete("count");
    });
    assert.ok(byName.engine.hasState("example/subject", "1", "count"));
    await byName.send();
    assert.ok(!byName.engine.hasState("example/subject", "1", "count"));
  });
});

describe("values", () => {
  row("any = Any(); any.Pack(user)", () => {
    const packed = packValue(seth);
    assert.equal(packed.typename, userUrl);
    assert.deepEqual(Buffer.from(packed.value), Buffer.from(User.encode(seth).finish()));
    assert.equal(Types.int.pack(5).as(Types.int), 5);
  });

  row("any.Unpack(user)", async () => {
    await run((_context, message) => assert.equal(message.as(User).name, "Seth"));
  });

  row("any.Is(User.DESCRIPTOR)", async () => {
    await run((_context, message) => assert.deepEqual([message.is(User), message.is(Admin)], [true, false]));
  });

  const record = async (name: string, packed: TypedValue, expected: object) => {
    const { engine } = await run((context) => context.sendEgress("example/out", packed));
    const sent = engine.egresses[0]?.record;
    const type = new protobuf.Root()
      .loadSync(`${root}/proto/egress-v2.proto`)
      .lookupType(`org.apache.flink.statefun.flink.io.${name}`);
    assert.equal(sent?.typename, `type.googleapis.com${type.fullName.replace(".", "/")}`);
    const { valueTypename, ...fields }: any = type.toObject(type.decode(sent.value));
    assert.equal(valueTypename, "type.googleapis.com/example.User"); // which Python does not write
    assert.deepEqual({ ...fields, valueBytes: User.decode(fields.valueBytes).name }, expected);
  };
  row("kafka_egress_record(topic, value, key)", () =>
    record("KafkaProducerRecord", kafkaRecord({ topic: "users", value: seth, key: "k" }), {
      topic: "users",
      key: "k",
      valueBytes: "Seth",
    }),
  );
  row("kinesis_egress_record(stream, value, partition_key, explicit_hash_key)", () =>
    record(
      "KinesisEgressRecord",
      kinesisRecord({ stream: "users", value: seth, partitionKey: "p", explicitHashKey: "1" }),
      { stream: "users", partitionKey: "p", explicitHashKey: "1", valueBytes: "Seth" },
    ),
  );
});

describe("serving", () => {
  const functions = new StatefulFunctions()
    .register("example/sync", (_message, context) => context.sendEgress("example/out", "sync"))
    .register("example/async", async (_message, context) => context.sendEgress("example/out", "async"));
  const answers = async (typeName: string) => {
    const engine = new TinyEngine(functions, "v2");
    await engine.send(typeName, "1", User, seth);
    assert.equal(engine.egresses.length, 1);
  };
  row("handler = RequestReplyHandler(functions)", () => answers("example/sync"));
  row("handler = AsyncRequestReplyHandler(functions)", () => answers("example/async"));

  row("handler(request.data)", async () => {
    const handler = new RequestReplyHandler(functions, { logger: { error() {}, warn() {} } });
    await assert.rejects(handler.handle(Buffer.from("no request")), { code: "REQUEST_MALFORMED" });
  });

  const serve = async () => {
    const app = new Koa().use(statefun(functions, { path: "/statefun", logger: { error() {}, warn() {} } }));
    const server = app.listen(0);
    after(() => server.close());
    const { port } = server.address() as { port: number };
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch(`http://localhost:${port}/statefun`, { method: "POST", headers });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /^REQUEST_EMPTY/);
  };
  row("@app.route('/statefun', methods=['POST'])", serve);
  row("web.run_app(app, port=5000)", serve);
});

test("each row of the table has a test, and each test a row", () => {
  const rows = tableRows(pageAt("docs/migrating-from-python.md"), "Names").map(([first = ""]) =>
    codeIn(first).join(", "),
  );
  assert.deepEqual([...tested].sort(), rows.sort());
});
