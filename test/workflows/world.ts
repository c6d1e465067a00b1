// A function with a workflow that a test writes down in place, in a runtime of a test.

import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
  Workflow,
  type WorkflowContext,
  type WorkflowOptions,
} from "../../src/index.js";
import { TestRuntime } from "../../src/testing/entry.js";
import { RecordingLogger } from "../support/recording-logger.js";

/** The message that begins a run. */
export const Begin = json<any>("test/begin");
/** Messages that runs receive, and that other functions take. */
export const Note = json<any>("test/note");
export const Ask = json<any>("test/ask");

/** The states of the function with the workflow. */
export interface States {
  count: number;
  list: string[];
}

export type Method = (this: States, input: any, flow: WorkflowContext) => unknown;

export interface World {
  readonly app: TestRuntime;
  /** Lines that the test's functions wrote down. */
  readonly log: string[];
  readonly logger: RecordingLogger;
  /** Begins a run, and resolves to its answer. The promise may be awaited late. */
  begin(input?: unknown, id?: string): Promise<any>;
  /** Sends a message that a run may receive. */
  note(value: unknown, id?: string): Promise<void>;
}

/**
 * Opens a runtime with the workflow `test/flow`, and with `test/other`, which answers an Ask by `answer` and takes its time when
 * that returns a promise.
 */
export async function open(
  method: Method,
  options: WorkflowOptions & { readonly answer?: (asked: any, context: Context) => unknown } = {},
): Promise<World & AsyncDisposable> {
  const { answer = (asked: any) => asked, ...workflowOptions } = options;
  const log: string[] = [];

  @StatefulFunction("test/flow", { retry: { attempts: 3 } })
  class Flow implements States {
    @State("count", Types.int) count = 0;
    @State("list", json<string[]>("test/list")) list: string[] = [];

    @Workflow(Begin, workflowOptions)
    run(input: any, flow: WorkflowContext) {
      return method.call(this, input, flow);
    }

    @Handles(Types.string)
    show(_question: string) {
      return { count: this.count, list: this.list };
    }

    @Handles(Types.int)
    add(amount: number) {
      this.count += amount;
    }
  }

  @StatefulFunction("test/other")
  class Other {
    @Handles(Ask)
    ask(asked: any, context: Context) {
      log.push(`asked ${JSON.stringify(asked)}`);
      return answer(asked, context);
    }
  }

  const logger = new RecordingLogger();
  const app = await TestRuntime.open({ functions: new StatefulFunctions(Flow, Other), logger });
  return {
    app,
    log,
    logger,
    begin(input = {}, id = "1") {
      const answered = app.call("test/flow", id, Begin.pack(input), { timeout: { days: 20 } });
      answered.catch(() => {}); // a test looks at the rejection when it awaits the answer
      return answered;
    },
    note: (value, id = "1") => app.send("test/flow", id, Note.pack(value)),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
