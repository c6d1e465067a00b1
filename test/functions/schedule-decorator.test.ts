// @Schedule on the methods of a class, in both decorator dialects, and what is refused when the class is evaluated or bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  Continuation,
  Handles,
  Schedule,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

const nightly = { name: "nightly", cron: "0 3 * * *", id: "all", message: "write" };

const schedulesOf = (functionClass: new () => object) => {
  const functions = new StatefulFunctions(functionClass);
  return functions.get(functions.typeNames[0] as string)?.schedules ?? [];
};

test("a method has its schedules, with the defaults of what they leave out", () => {
  @StatefulFunction("test/report")
  class Report {
    @Handles(Types.string)
    @Schedule(nightly)
    @Schedule({ ...nightly, name: "weekly", timezone: "Europe/Berlin", message: (due: Date) => due.toISOString() })
    write(_order: string, _context: Context) {}
  }
  const [weekly, own] = schedulesOf(Report);
  const due = new Date(0);
  assert.deepEqual(
    [own?.timezone, own?.ifMissed, own?.typename, own?.message(due).as(Types.string), own?.where],
    ["UTC", "once", Types.string.typename, "write", "@Schedule on Report.write"],
  );
  assert.deepEqual(
    [weekly?.timezone, weekly?.typename, weekly?.message(due).as(Types.string)],
    ["Europe/Berlin", undefined, "1970-01-01T00:00:00.000Z"],
  );
});

test("standard decorators declare the same", () => {
  const metadata = {};
  const access = { get: (instance: object) => Reflect.get(instance, "write"), has: () => true, set() {} };
  const context = { kind: "method", name: "write", static: false, private: false, metadata, access } as never;
  class Report {
    write(_order: string) {}
  }
  Object.defineProperty(Report, Symbol.metadata, { value: metadata });
  Schedule(nightly)(Report.prototype.write, context);
  Handles(Types.string)(Report.prototype.write, context);
  StatefulFunction("test/report")(Report, { kind: "class", name: "Report", metadata } as never);
  assert.deepEqual(
    schedulesOf(Report).map(({ name }) => name),
    ["nightly"],
  );
});

test("a subclass has its parent's schedules, except those of a method that it declares anew", () => {
  class Parent {
    @Handles(Types.string)
    @Schedule(nightly)
    write(_order: string) {}
  }
  @StatefulFunction("test/same")
  class Same extends Parent {}
  @StatefulFunction("test/other")
  class Other extends Parent {
    @Handles(Types.string)
    override write(_order: string) {}
  }
  assert.deepEqual([schedulesOf(Same).length, schedulesOf(Other).length], [1, 0]);
});

test("a method for every type takes the message of a schedule", () => {
  @StatefulFunction("test/report")
  class Report {
    @Handles()
    @Schedule({ ...nightly, message: Types.int.pack(5) as never })
    write(_order: unknown) {}
  }
  assert.equal(schedulesOf(Report)[0]?.typename, Types.int.typename);
});

test("a message that another method takes, or none, is OPTION_INVALID when the class is bound", () => {
  @StatefulFunction("test/report")
  class Other {
    @Handles(Types.string) write(_order: string) {}
    @Handles(Types.int) @Schedule(nightly as never) count(_amount: number) {}
  }
  throwsCode(() => new StatefulFunctions(Other), "OPTION_INVALID", "write", "count");
  @StatefulFunction("test/report")
  class Nobody {
    @Handles(Types.int) @Schedule(nightly as never) count(_amount: number) {}
  }
  throwsCode(() => new StatefulFunctions(Nobody), "OPTION_INVALID", "nightly", "Nobody.count");
});

test("@Schedule on a method without @Handles or @Workflow is DECORATOR_MISPLACED when the class is bound", () => {
  @StatefulFunction("test/report")
  class Alone {
    @Schedule({ ...nightly, message: (due: Date) => due.toISOString() }) write(_order: string) {}
    @Handles(Types.int) count(_amount: number) {}
    @Continuation() answered(_answer: unknown) {}
  }
  throwsCode(() => new StatefulFunctions(Alone), "DECORATOR_MISPLACED", "nightly", "Alone.write");
});

test("@Schedule on a property is DECORATOR_MISPLACED", () => {
  throwsCode(
    () => {
      class Bad {
        @(Schedule(nightly) as any) @State("a", Types.int) a = 0;
      }
      return Bad;
    },
    "DECORATOR_MISPLACED",
    "nightly",
  );
});
