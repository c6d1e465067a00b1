// The program of the page: each case is a use of the client, and returns what the test compares, as plain data.

import { Handles, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { connect, json, protobuf, StatefunError, TypedValue, Types } from "statefun-ts/client";
import { example } from "../../samples/messages/messages.js";
import type { Everything } from "./functions.js";

const { href, origin } = Reflect.get(globalThis, "location") as { href: string; origin: string };
const url = new URL(href).searchParams.get("ingress") as string;
const client = connect(url, { timeout: { seconds: 20 } });
const greeterOf = (id: string) => client.ref<Everything>("browser/everything", id);
const { hello: greet } = greeterOf("typed");

/** The code of the error that a promise rejects with, and whether the error is of the client's class. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await promise };
  } catch (error) {
    return { isStatefunError: error instanceof StatefunError, code: (error as StatefunError).code };
  }
}

const cases = {
  host: async () => [typeof Reflect.get(globalThis, "Buffer"), typeof Reflect.get(globalThis, "process")],

  "a typed call": () => greet({ name: "Bob" }),

  "an emoji": () => greet({ name: "😀 and é" }),

  "many calls at once": async () => {
    const paths: string[] = [];
    const counted: typeof fetch = (input, init) => {
      paths.push(new URL(String(input)).pathname);
      return fetch(input, init);
    };
    const counting = connect(url, { fetch: counted });
    const greetings = await Promise.all(
      ["x", "y", "z"].map((id) => counting.ref<Everything>("browser/everything", id).hello({ name: id })),
    );
    return [greetings.map(({ text }) => text), paths];
  },

  "a protobuf message": () => greet(example.User.create({ name: "Eve" })),

  "a packed protobuf message": async () => {
    const User = protobuf(example.User);
    const user = example.User.create({ name: `${"Eve ".repeat(20)}😀` });
    const answer = await client.call("browser/everything", "packed", User.pack(user));
    return answer?.as(example.Greeting).text;
  },

  "bytes, alone and packed": async () => {
    const bytes = Uint8Array.of(0, 1, 128, 255);
    const base64 = await greeterOf("bytes").bytes(bytes);
    const packed = await client.call("browser/everything", "bytes", Types.bytes.pack(bytes));
    return [base64, [...(packed?.as(Types.bytes) ?? [])]];
  },

  "a 64-bit number, alone and packed": async () => {
    const large = 2n ** 62n + 1n;
    const text = await greeterOf("long").long(large);
    const packed = await client.call("browser/everything", "long", Types.long.pack(large));
    return [text, String(packed?.as(Types.long))];
  },

  "JSON, alone and packed": async () => {
    const Order = json<{ sku: string; note: string }>("browser/order");
    const order = { sku: "tea", note: "😀" };
    const packed = await client.call("browser/everything", "order", Order.pack(order));
    return [await greeterOf("order").order(order), packed?.as(Order)];
  },

  "a send": async () => {
    const id = "sent";
    await client.sender<Everything>("browser/everything", id).hello({ name: "Bob" });
    await client.send("browser/everything", id, protobuf(example.User).pack(example.User.create({ name: "Bob" })));
    return (await greeterOf(id).hello({ name: "Bob" })).count;
  },

  "a delayed message that is withdrawn": async () => {
    const cancellationToken = "a token/with a slash 😀";
    const sender = client.sender<Everything>("browser/everything", "delayed");
    await sender.hello({ name: "Bob" }, { delay: { hours: 1 }, cancellationToken });
    return [await client.cancel(cancellationToken), await client.cancel(cancellationToken)];
  },

  "an unknown function": () => failureOf(client.ref<Everything>("browser/nothing", "x").hello({})),

  "a value that can't be sent": () => failureOf(greet({ name: new Date() as never })),

  "an unreachable runtime": () =>
    failureOf(connect(origin, { retries: 0 }).ref<Everything>("browser/everything", "x").hello({})),

  "a call without an answer": () => failureOf(greeterOf("silent").silent(true, { timeout: 50 })),

  "a signal": async () => {
    const leaving = new AbortController();
    const waiting = greeterOf("silent").silent(true, { signal: leaving.signal });
    leaving.abort("the user left");
    return waiting.catch((reason: unknown) => reason);
  },

  "the main entry": async () => {
    @StatefulFunction("browser/declared")
    class Declared {
      @Handles(Types.string)
      greet(name: string) {
        return name;
      }
    }
    const functions = new StatefulFunctions(Declared);
    const text = "text of more than forty characters, with an emoji: 😀";
    const packed = new TypedValue(Types.string.typename, Types.string.serialize(text));
    return [functions.typeNames, packed.as(Types.string)];
  },
} satisfies Record<string, () => Promise<unknown>>;

export type CaseName = keyof typeof cases;

Object.assign(globalThis, { runCase: (name: CaseName) => cases[name]() });
