// What a function sends back for a message under whose token another function waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  type FunctionOptions,
  Handles,
  Metadata,
  RequestReplyHandler,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  TypedValue,
  Types,
} from "../../src/index.js";
import { clientName, clientNamespace } from "../../src/model/client-address.js";
import { failureOfValue } from "../../src/model/correlation.js";
import { errorOfFailure } from "../../src/model/failure.js";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { decodePacked, encodePacked } from "../../src/wire/packed.js";
import { generations } from "../support/calls.js";
import { withoutOffer } from "../support/offer.js";
import { RecordingLogger } from "../support/recording-logger.js";

const caller = Address.of("a/caller", "x");

@StatefulFunction("a/class")
class Asked {
  static act: (context: Context, message: unknown) => unknown;
  @Handles(Types.string)
  ask(text: string, context: Context) {
    return Asked.act(context, text);
  }
  @Handles(Types.bool, { readOnly: true })
  look(flag: boolean, context: Context) {
    return Asked.act(context, flag);
  }
  @Handles()
  any(message: TypedValue, context: Context) {
    return Asked.act(context, message);
  }
}

interface Asking {
  readonly of?: string;
  readonly from?: Address;
  readonly message?: TypedValue;
  readonly metadata?: [string, string][];
  /** Whether an engine of this package asks. */
  readonly offers?: boolean;
  readonly options?: FunctionOptions;
}

for (const generation of generations) {
  /** Sends one message with the token t1, and returns what was sent: the target, the value and the metadata. */
  async function ask(act: (context: Context, message: any) => unknown, asking: Asking = {}) {
    const { of = "a/class", from = caller, message = Types.string.pack("go"), offers = false, options } = asking;
    const { metadata = [["statefun-call", "t1"]] } = asking;
    Asked.act = act;
    const functions = new StatefulFunctions(Asked).register("a/plain", (text, context) => Asked.act(context, text), {
      handles: [Types.string],
      ...options,
    });
    const handler = new RequestReplyHandler(functions, { generation, logger: new RecordingLogger() });
    const argument = encodePacked(message.withMetadata(new Metadata(metadata)), generation);
    const states = [{ name: "statefun.failed-messages", packed: undefined }];
    const offering = encodeRequest(Address.of(of, "c"), states, [{ caller: from, argument }], 0, 1);
    const request = offers ? offering : withoutOffer(offering);
    const response = decodeResponse(await handler.handle(request));
    if ("missing" in response) throw new Error("a state is missing");
    const { messages, delayed, egresses } = response.effects;
    return {
      sent: messages.map(({ target, argument: bytes }) => ({ to: String(target), ...shown(bytes) })),
      delayed: delayed.map((entry) => "cancel" in entry || shown(entry.argument)),
      letters: egresses.length,
      ends: response.end?.ends,
    };
  }

  const shown = (bytes: Uint8Array) => {
    const value = decodePacked(bytes, generation);
    const shownValue = value.is(Types.string)
      ? value.as(Types.string)
      : value.typename === "statefun.types/failure"
        ? failureOfValue(value)
        : value.typename;
    return { value: shownValue, metadata: [...value.metadata].map(([name]) => [name, value.metadata.getText(name)]) };
  };
  const answered = (value: unknown) => [{ to: "a/caller/x", value, metadata: [["statefun-answer", "t1"]] }];

  test(`${generation}: a returned value, a reply and the end of a handler answer with the token of the call`, async () => {
    for (const of of ["a/class", "a/plain"]) {
      assert.deepEqual((await ask(() => "done", { of })).sent, answered("done"));
      assert.deepEqual((await ask(async () => "done", { of })).sent, answered("done"));
      assert.deepEqual((await ask((context) => context.reply("done"), { of })).sent, answered("done"));
      assert.deepEqual((await ask(() => undefined, { of })).sent, answered("statefun.types/nothing"));
    }
    const message = Types.bool.pack(true);
    assert.deepEqual((await ask(() => "seen", { message })).sent, answered("seen"), "of a read-only handler");
    assert.deepEqual((await ask(() => undefined, { message })).sent, answered("statefun.types/nothing"));
  });

  test(`${generation}: a reply keeps its own metadata, and what is returned after a reply is no second answer`, async () => {
    const { sent } = await ask((context) => {
      context.reply("done", { metadata: { trace: "1", "statefun-answer": "other" } });
      return "more";
    });
    const metadata = [
      ["trace", "1"],
      ["statefun-answer", "t1"],
    ];
    assert.deepEqual(sent, [{ to: "a/caller/x", value: "done", metadata }]);
  });

  test(`${generation}: a handler does not see the token, and so passes it on to nobody`, async () => {
    const message = new TypedValue("a/other", Buffer.of(1));
    const seen: string[][] = [];
    const { sent } = await ask(
      (context, value: TypedValue) => {
        for (const { metadata } of [context, value]) seen.push([...metadata].map(([name]) => name));
        context.send("a/next", "n", value);
        context.deferReply();
      },
      {
        message,
        metadata: [
          ["statefun-call", "t1"],
          ["trace", "1"],
        ],
      },
    );
    assert.deepEqual(seen, [["trace"], ["trace"]]);
    assert.deepEqual(sent, [{ to: "a/next/n", value: "a/other", metadata: [["trace", "1"]] }]);
  });

  test(`${generation}: a later answer, and one that was sent like any message, are not followed by an empty one`, async () => {
    assert.deepEqual((await ask((context) => context.deferReply())).sent, []);
    const { sent } = await ask((context) => context.send(context.caller as Address, "done"));
    assert.deepEqual(
      sent.map(({ value }) => value),
      ["done"],
    );
    const later = await ask((context) => context.sendAfter(5, context.caller as Address, "later"));
    assert.deepEqual([later.sent, later.delayed.length], [[], 1]);
  });

  test(`${generation}: the address of a caller that is answered later keeps the token, in a state and in a message`, async () => {
    let kept: unknown;
    const { sent } = await ask((context) => {
      const waiting = context.deferReply();
      kept = Types.address.toJson(waiting);
      context.send("a/next", "n", Types.address.pack(waiting));
      return waiting;
    });
    assert.deepEqual(sent.length, 1);
    const shownAndRead = Types.address.fromJson(kept) as Address;
    const read = [shownAndRead, Types.address.unpack(Types.address.pack(shownAndRead))];
    for (const address of read) {
      assert.ok(address.equals(caller) && caller.equals(address));
      assert.equal(String(address), "a/caller/x");
      const later = await ask((context) => context.send(address, "done"), { metadata: [] });
      assert.deepEqual(later.sent, answered("done"));
      const failed = await ask((context) => context.send(address, new TerminalError("sold out", refusal)), {
        metadata: [],
      });
      assert.deepEqual(failed.sent, answered(failure));
      const delayed = await ask((context) => context.sendAfter(5, address, "done"), { metadata: [] });
      assert.deepEqual(delayed.delayed, [{ value: "done", metadata: [["statefun-answer", "t1"]] }]);
    }
  });

  test(`${generation}: without the token, from an ingress and from a client nothing else is sent than before`, async () => {
    assert.deepEqual((await ask(() => "done", { metadata: [["trace", "1"]] })).sent, []);
    const client = new Address(clientNamespace, clientName, "1");
    const { sent } = await ask(() => "done", { from: client });
    assert.deepEqual(sent, [{ to: String(client), value: "done", metadata: [] }]);
    assert.deepEqual((await ask(() => undefined, { from: client })).sent, []);
  });

  const refusal = { code: "SOLD_OUT", details: { left: 2 }, status: 409 };
  const refuse = () => {
    throw new TerminalError("sold out", refusal);
  };
  const failure = { ...refusal, message: "sold out", terminal: true };

  test(`${generation}: a TerminalError answers with the failure, thrown, replied or sent`, async () => {
    for (const of of ["a/class", "a/plain"]) {
      const { sent, letters } = await ask(
        (context) => {
          context.send("a/next", "n", "undone");
          refuse();
        },
        { of },
      );
      assert.deepEqual([sent, letters], [answered(failure), 0]);
    }
    const replied = await ask((context) => {
      context.send("a/next", "n", "kept");
      context.reply(new TerminalError("sold out", refusal));
    });
    assert.deepEqual(
      replied.sent.map(({ value }) => value),
      ["kept", failure],
    );
    const sent = await ask((context) =>
      context.send(Address.of("a/third", "t"), new TerminalError("sold out", refusal)),
    );
    assert.deepEqual([sent.sent[0]?.to, sent.sent[0]?.value], ["a/third/t", failure]);
  });

  test(`${generation}: an engine of this package answers a refusal by itself`, async () => {
    const { sent, ends } = await ask(refuse, { offers: true });
    assert.deepEqual([sent, ends?.length], [[], 1]);
  });

  const letters: FunctionOptions = { onFailure: "deadLetter", retry: { attempts: 1 } };

  test(`${generation}: a message that is set aside on Flink answers with the failure, without its own text`, async () => {
    const { sent, letters: made } = await ask(
      () => {
        throw new Error("the password is 1234");
      },
      { of: "a/plain", options: letters },
    );
    const { code, message, ...rest } = (sent[0]?.value ?? {}) as { code: string; message: string };
    assert.deepEqual([made, code, rest], [1, "HANDLER_FAILED", { terminal: true, status: 422 }]);
    assert.ok(message.includes("a/plain/c") && !message.includes("1234"), message);
    assert.deepEqual(sent[0]?.metadata, [["statefun-answer", "t1"]]);
  });

  test(`${generation}: on Flink a refusal of which the caller learns is no dead letter, another one is`, async () => {
    const told = await ask(refuse, { of: "a/plain", options: letters });
    assert.deepEqual([told.sent, told.letters], [answered(failure), 0]);
    const untold = await ask(refuse, { of: "a/plain", options: letters, metadata: [] });
    assert.deepEqual([untold.sent, untold.letters], [[], 1]);
  });

  test(`${generation}: a message that is kept on Flink to be tried again answers nothing yet`, async () => {
    const options: FunctionOptions = { onFailure: "deadLetter", retry: { attempts: 2 } };
    const { sent, delayed } = await ask(() => Promise.reject(new Error("boom")), { of: "a/plain", options });
    assert.deepEqual([sent, delayed.length], [[], 1]);
  });
}

test("a failure that another SDK has written badly is a failure all the same", () => {
  const read = (text: string) => failureOfValue(new TypedValue("statefun.types/failure", Buffer.from(text)));
  assert.deepEqual(read("no json").code, "TERMINAL");
  assert.deepEqual(read("null").terminal, true);
  const deep = `${'{"a":'.repeat(300)}1${"}".repeat(300)}`;
  for (const details of ['{"__proto__":1}', deep, "null", "[1]"]) {
    const error = errorOfFailure(read(`{"code":"NO","message":"x","details":${details}}`));
    assert.ok(error instanceof TerminalError, details);
  }
  assert.deepEqual(read('{"code":7,"message":"x","status":200}'), {
    code: "TERMINAL",
    message: "x",
    terminal: true,
    status: 422,
  });
});
