// The context of a trace through the real engines: between functions, over a delay, to an egress.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { StatefulFunctions, Types } from "statefun-ts";
import { decodePacked } from "../../src/wire/packed.js";
import { idOf, linksOf, traced, traceOf } from "../support/tracing.js";
import { async33, statefun22 } from "./flavours.js";
import { tell, World } from "./world.js";

const handles = { handles: [Types.string] } as const;

for (const flavour of [async33, statefun22]) {
  describe(flavour.name, { concurrency: true, timeout: 600_000 }, () => {
    test("each message links to the span that sent it, and the record carries the last one", async () => {
      const seen = traced(
        new StatefulFunctions()
          .register("test/a", (text, context) => context.send("test/b", "2", text), handles)
          .register("test/b", (text, context) => context.sendAfter(50, "test/c", "3", text), handles)
          .register(
            "test/c",
            (text, context) => {
              context.sendEgress("test/tagged", text);
              tell(context, "done");
            },
            handles,
          ),
      );
      const world = new World(flavour, { functions: seen.functions, egresses: ["test/tagged"] });
      try {
        await world.start();
        world.send("test/a", "1", Types.string.pack("go"));
        await world.told("test/c/3", 1);
        const [record] = await world.records("test/tagged", 1);
        const names = ["test/a", "test/b", "test/c"];
        const messages = names.map((name) => seen.span(`process ${name}`));
        const toOut = seen.span("send test/tagged");
        const sends: ReadableSpan[] = [seen.span("send test/b"), seen.span("send test/c"), toOut];
        assert.deepEqual(messages.map(linksOf), [[], [idOf(sends[0]!)], [idOf(sends[1]!)]]);
        assert.deepEqual(
          sends.map(({ parentSpanContext }) => parentSpanContext?.spanId),
          messages.map(idOf),
        );
        const { metadata } = decodePacked(record?.unknownFields as Uint8Array, flavour.generation);
        assert.equal(metadata.getText("traceparent"), `00-${traceOf(toOut)}-${idOf(toOut)}-01`);
        assert.deepEqual(world.unexpectedFailures, []);
      } finally {
        await world.stop();
      }
    });
  });
}
