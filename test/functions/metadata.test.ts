// Metadata in handlers: what came with the message, what is sent with each kind of message, and what is kept.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Address,
  type Context,
  Metadata,
  RequestReplyHandler,
  StatefulFunctions,
  TypedValue,
  Types,
} from "../../src/index.js";
import { clientName, clientNamespace } from "../../src/model/client-address.js";
import { errorOfFailure } from "../../src/model/failure.js";
import type { MetadataInput } from "../../src/model/metadata.js";
import { decodeResponse } from "../../src/wire/decode-response.js";
import { encodeRequest } from "../../src/wire/encode-request.js";
import { decodePacked, encodePacked } from "../../src/wire/packed.js";
import { generations } from "../support/calls.js";
import { rejectsCode, throwsCode } from "../support/expect-code.js";
import { RecordingLogger } from "../support/recording-logger.js";

const texts = (metadata: Metadata) => [...metadata].map(([name]) => [name, metadata.getText(name)]);

for (const generation of generations) {
  /** Calls a function that takes every type, with messages of this metadata; resolves to its answer. */
  async function call(
    handler: (message: any, context: Context, state: any) => unknown,
    metadata: readonly (MetadataInput | undefined)[],
    { maxMetadataBytes = 8192, caller = Address.of("a/caller", "x") } = {},
  ) {
    const functions = new StatefulFunctions().register("a/b", handler, { state: { text: Types.string } });
    const served = new RequestReplyHandler(functions, { generation, logger: new RecordingLogger(), maxMetadataBytes });
    const messages = metadata.map((input) => {
      const value = Types.string.pack("hi").withMetadata(input && new Metadata(input));
      return { caller, argument: encodePacked(value, generation) };
    });
    const states = [
      { name: "text", packed: undefined },
      { name: "undeclared", packed: undefined },
    ];
    const bytes = await served.handle(encodeRequest(Address.of("a/b", "c"), states, messages, 0, messages.length));
    const response = decodeResponse(bytes);
    if ("missing" in response) throw new Error("states are missing");
    const read = (argument: Uint8Array) => texts(decodePacked(argument, generation).metadata);
    const { effects, end } = response;
    if (end?.stopped !== undefined) throw errorOfFailure({ ...end.stopped, terminal: false });
    return {
      messages: effects.messages.map(({ argument }) => read(argument)),
      delayed: effects.delayed.map((entry) => !("cancel" in entry) && read(entry.argument)),
      egresses: effects.egresses.map(({ argument }) => read(argument)),
      mutations: effects.mutations.map(({ value }) => value && Buffer.from(value).toString("latin1")),
    };
  }
  test(`${generation}: the context has the metadata of its message, and of no other one`, async () => {
    const seen: unknown[] = [];
    await call((_, { metadata }) => void seen.push(texts(metadata)), [{ trace: "1" }, undefined, [["x", "y"]]]);
    assert.deepEqual(seen, [[["trace", "1"]], [], [["x", "y"]]]);
  });

  test(`${generation}: metadata can still be read when the handler has ended`, async () => {
    let kept: Context | undefined;
    await call(
      (_, context) => {
        kept = context;
      },
      [{ trace: "1" }],
    );
    assert.equal(kept?.metadata.getText("trace"), "1");
  });

  test(`${generation}: every way to send takes metadata`, async () => {
    const metadata = { trace: "1", b: new Uint8Array([65]) };
    const answer = await call(
      (_, context) => {
        context.send("a/b", "1", "m", { metadata });
        context.send(context.address, "m", { metadata });
        context.reply("m", { metadata });
        context.sendAfter(5, "a/b", "1", "m", { metadata });
        context.sendAfter(5, context.address, "m", { metadata });
        context.sendEgress("a/out", "m", { metadata });
        context.send("a/b", "1", "m");
        context.send("a/b", "1", "m", {});
      },
      [{ other: "o" }],
    );
    const sent = [
      ["trace", "1"],
      ["b", "A"],
    ];
    assert.deepEqual(answer.messages, [sent, sent, sent, [], []]);
    assert.deepEqual(answer.delayed, [sent, sent]);
    assert.deepEqual(answer.egresses, [sent]);
  });

  test(`${generation}: a packed value that is passed on keeps its metadata, unless it gets another`, async () => {
    const answer = await call(
      (message: TypedValue, context) => {
        context.send("a/b", "1", message);
        context.reply(message);
        context.send("a/b", "1", message, { metadata: [...message.metadata, ["hop", "1"]] });
        context.send("a/b", "1", message, { metadata: {} });
        context.sendAfter(1, "a/b", "1", message);
        context.sendEgress("a/out", message);
        context.send("a/b", "1", new TypedValue(message.typename, message.value), { metadata: context.metadata });
      },
      [{ trace: "1" }],
    );
    const kept = [["trace", "1"]];
    assert.deepEqual(answer.messages, [kept, kept, [...kept, ["hop", "1"]], [], kept]);
    assert.deepEqual([answer.delayed, answer.egresses], [[kept], [kept]]);
  });

  test(`${generation}: a returned value is answered with its own metadata`, async () => {
    const caller = new Address(clientNamespace, clientName, "1");
    const answer = await call((message: TypedValue) => message, [{ trace: "1" }], { caller });
    assert.deepEqual(answer.messages, [[["trace", "1"]]]);
  });

  test(`${generation}: a state keeps no metadata, whether the function declares it or not`, async () => {
    const answer = await call(
      (message: TypedValue, { state }) => {
        for (const name of ["text", "undeclared"]) {
          state.set(name, message);
          assert.equal(state.get(name)?.metadata.size, 0);
        }
      },
      [{ trace: "secret" }],
    );
    assert.equal(answer.mutations.length, 2);
    for (const mutation of answer.mutations) assert.ok(!mutation?.includes("secret"));
  });

  test(`${generation}: metadata beyond the limit, or of a wrong shape, is refused where it is written`, async () => {
    const most = "x".repeat(8191);
    await call((_, context) => context.send("a/b", "1", "m", { metadata: { a: most } }), [undefined]);
    await rejectsCode(
      call((_, context) => context.reply("m", { metadata: { ab: most } }), [undefined]),
      "METADATA_TOO_LARGE",
      "a/b/c",
      "8193",
    );
    await rejectsCode(
      call((_, context) => context.sendEgress("a/out", "m", { metadata: { ab: "x" } }), [undefined], {
        maxMetadataBytes: 2,
      }),
      "METADATA_TOO_LARGE",
    );
    await rejectsCode(
      call((_, context) => context.sendAfter(1, "a/b", "1", "m", { metadata: { a: 1 } as never }), [undefined]),
      "METADATA_INVALID",
    );
    await rejectsCode(
      call((_, context) => context.send("a/b", "1", "m", { metdata: {} } as never), [undefined]),
      "OPTION_INVALID",
      "metadata",
    );
  });

  test(`${generation}: what came with more than the limit is passed on`, async () => {
    const answer = await call((message: TypedValue, context) => context.send("a/b", "1", message), [{ a: "12345" }], {
      maxMetadataBytes: 3,
    });
    assert.deepEqual(answer.messages, [[["a", "12345"]]]);
  });
}

test("the limit is a whole number above 0", () => {
  for (const maxMetadataBytes of [0, -1, 1.5, "1"]) {
    throwsCode(
      () => new RequestReplyHandler(new StatefulFunctions(), { maxMetadataBytes: maxMetadataBytes as number }),
      "OPTION_INVALID",
    );
  }
});
