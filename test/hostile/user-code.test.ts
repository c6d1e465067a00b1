// Handlers that do what they should not: what happens to their call and to other calls, and what the caller learns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { type Context, json, RequestReplyHandler, StatefulFunctions, StatefunError, Types } from "../../src/index.js";
import { answerOf, Engine, generations, message, packed, primitive, requestBytes, shown } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { Gate } from "../support/gate.js";
import { hosts, octetStream, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

const argument = packed("x/y", "message of a user");
const secret = "s3cret of a user";
const stateOf = (generation: (typeof generations)[number]) => ({ kept: primitive(generation, "string", secret) });

/** A handler of `a/b` with one state. */
const functionsOf = (act: (context: Context, state: { kept: string | undefined }) => unknown) =>
  new StatefulFunctions().register("a/b", (_message, context, state) => act(context, state), {
    state: { kept: Types.string },
  });

class Odd {
  get [Symbol.toStringTag](): string {
    throw new Error("no tag");
  }
}
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const hugeError = new Error(secret.repeat(100_000));
const looping = new Error("loops");
looping.cause = looping;

const thrown: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  "an empty text": () => "",
  "a bigint": () => 5n,
  NaN: () => Number.NaN,
  "a symbol": () => Symbol(secret),
  "a function": () => () => secret,
  "an array": () => [secret],
  "a promise that rejects": () => Promise.reject(new Error(secret)).catch(() => secret),
  "an object without a prototype": () => Object.create(null),
  "an object that can't be shown": () => new Odd(),
  "a proxy that was revoked": () => revoked.proxy,
  "an error of a megabyte": () => hugeError,
  "an error that is its own cause": () => looping,
  "an error with a stack of another kind": () => Object.assign(new Error(secret), { stack: 5 }),
  "an error that can't be changed": () => Object.freeze(new Error(secret)),
  "an AggregateError": () => new AggregateError([new Error(secret)], secret),
  "a DOMException": () => new DOMException(secret, "AbortError"),
  "something like one of our errors": () => ({ name: "StatefunError", code: "REQUEST_MALFORMED", message: secret }),
  "an error with the code of a request": () => new StatefunError("REQUEST_TOO_LARGE", secret),
};
const ways: Record<string, (value: () => unknown) => unknown> = {
  throws: (value) => {
    throw value();
  },
  "rejects with": async (value) => {
    await undefined;
    throw value();
  },
};

for (const name of ["Koa middleware", "node listener"]) {
  for (const [how, fail] of Object.entries(ways)) {
    test(`${name}: whatever a handler ${how}, the answer is 500 with a code and nothing else`, async (t) => {
      const logger = new RecordingLogger();
      let value: () => unknown = () => undefined;
      const functions = functionsOf((context) => {
        context.send("c/d", "1", secret);
        return fail(value);
      });
      const host = await (hosts[name] as (typeof hosts)[string])(functions, { logger });
      t.after(() => stop(host.server));
      const body = requestBytes("v3", { to: "a/b/1", state: stateOf("v3"), messages: [{ argument }] });
      for (const [what, make] of Object.entries(thrown)) {
        value = make;
        logger.entries.length = 0;
        const { status, text, headers } = await send(host.port, "/statefun", { body, headers: octetStream });
        assert.equal(status, 500, what);
        assert.equal(text, "HANDLER_FAILED\n", what);
        assert.ok(!JSON.stringify(headers).includes(secret), what);
        assert.equal(logger.entries.length, 1, what);
      }
    });
  }
}

for (const generation of generations) {
  test(`${generation}: nothing of a batch is sent or stored when a later message of it fails`, async () => {
    let count = 0;
    const functions = functionsOf((context, state) => {
      state.kept = "changed";
      context.send("c/d", "1", "sent");
      context.sendAfter(5, "c/d", "1", "later");
      context.sendEgress("c/d", "out");
      if (++count === 3) throw new Error("the third");
    });
    const engine = new Engine(functions, generation);
    const messages = Array.from({ length: 3 }, () => ({ argument }));
    await rejectsCode(engine.call({ to: "a/b/1", state: stateOf(generation), messages }), "HANDLER_FAILED", "3 of 3");
    count = -100;
    const again = await engine.call({ to: "a/b/1", state: stateOf(generation), messages });
    assert.equal(again.messages.length, 3, "the next attempt is a new one");
  });

  test(`${generation}: a message that its handler changes was sent unchanged, and other messages stay as they are`, async () => {
    const Box = json<{ values: number[] }>("example/box");
    const functions = new StatefulFunctions().register(
      "a/b",
      (received, context) => {
        if ("name" in received) {
          context.send("c/d", "1", received);
          received.name = "changed";
        } else {
          context.send("c/d", "2", Box.pack(received));
          received.values.push(5);
        }
      },
      { handles: [example.User, Box] },
    );
    const user = message(example.User, { name: "Seth" });
    const box = packed("example/box", '{"values":[1]}');
    const bytes = requestBytes(generation, {
      to: "a/b/1",
      messages: [{ argument: user }, { argument: box }, { argument: user }, { argument: box }],
    });
    const before = Uint8Array.from(bytes);
    const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
    const { messages } = answerOf(generation, await handler.handle(bytes));
    assert.deepEqual(
      messages.map((sent) => sent.argument),
      [user, box, user, box].map(shown),
    );
    assert.deepEqual(bytes, before);
  });

  test(`${generation}: a handler that never settles holds up no other call, and close waits for it`, async () => {
    const gate = new Gate();
    const functions = functionsOf((context) => (context.address.id === "held" ? gate.promise : undefined));
    const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
    const call = (id: string) =>
      handler.handle(
        requestBytes(generation, { to: `a/b/${id}`, state: stateOf(generation), messages: [{ argument }] }),
      );
    const held = call("held");
    for (let index = 0; index < 100; index++) await call(`free-${index}`);
    let closed = false;
    const closing = handler.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    assert.equal(closed, false);
    gate.open();
    await Promise.all([held, closing]);
  });

  test(`${generation}: a handler that blocks delays the other calls, which are answered afterwards`, async () => {
    const order: string[] = [];
    const functions = functionsOf((context) => {
      if (context.address.id === "blocks") {
        const until = performance.now() + 50;
        while (performance.now() < until);
      }
      order.push(context.address.id);
    });
    const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
    const call = (id: string) =>
      handler.handle(
        requestBytes(generation, { to: `a/b/${id}`, state: stateOf(generation), messages: [{ argument }] }),
      );
    await Promise.all([call("blocks"), call("other")]);
    assert.deepEqual(order, ["blocks", "other"]);
  });
}

test("work that outlives its handler can't send, and its failure belongs to the process, not to the call", async () => {
  const [gate, told] = [new Gate(), new Gate<unknown>()];
  const functions = functionsOf((context) => {
    void gate.promise.then(() => context.send("c/d", "1", secret)).catch((error) => told.open(error));
  });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const bytes = requestBytes("v3", { to: "a/b/1", state: stateOf("v3"), messages: [{ argument }] });
  const answer = answerOf("v3", await handler.handle(bytes));
  assert.deepEqual(answer.messages, []);
  gate.open();
  const error = await told.promise;
  throwsCode(() => {
    throw error;
  }, "CONTEXT_CLOSED");
});

test("a thenable that settles twice, or settles and throws, is settled once", async () => {
  const thenables: ((resolve: () => void, reject: (why: Error) => void) => void)[] = [
    (resolve, reject) => {
      resolve();
      reject(new Error("too late"));
    },
    (resolve) => {
      resolve();
      throw new Error("too late");
    },
    (resolve) => {
      resolve();
      resolve();
    },
  ];
  for (const then of thenables) {
    const logger = new RecordingLogger();
    const handler = new RequestReplyHandler(
      functionsOf(() => ({ then })),
      { logger },
    );
    await handler.handle(requestBytes("v3", { to: "a/b/1", state: stateOf("v3"), messages: [{ argument }] }));
    assert.deepEqual(logger.entries, []);
  }
});

test("a context's methods refuse any other object, and the context ends all the same", async () => {
  let kept: Context | undefined;
  const functions = functionsOf((context) => {
    kept = context;
    Reflect.apply(context.send, {}, ["c/d", "1", "x"]);
  });
  const handler = new RequestReplyHandler(functions, { logger: new RecordingLogger() });
  const bytes = requestBytes("v3", { to: "a/b/1", state: stateOf("v3"), messages: [{ argument }] });
  await rejectsCode(handler.handle(bytes), "HANDLER_FAILED");
  throwsCode(() => kept?.send("c/d", "1", "x"), "CONTEXT_CLOSED");
});
