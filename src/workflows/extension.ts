// What gives a function its workflows: the hidden state, the handlers of the types that begin runs, and those of every other
// message that belongs to a run.

import type {
  BoundExtension,
  ClaimingBatch,
  ExtendedMethod,
  Extension,
  FunctionSpec,
  Handler,
  HandlerSource,
} from "../functions/function-spec.js";
import type { MessageContext } from "../functions/message-context.js";
import { findHandler } from "../functions/message-handler.js";
import { answerMetadata } from "../model/correlation.js";
import type { Invocation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { runError } from "./failures.js";
import { readCancellation, readWake } from "./journal/hidden-messages.js";
import { isPending, type Journal, type Operation, type Run } from "./journal/journal.js";
import { cancelTypename, wakeTypename } from "./journal/names.js";
import { findJournal, journalState } from "./journal-state.js";
import { Turn } from "./turn.js";
import type { Workflow, WorkflowOptions } from "./workflow.js";

/** What the decorator of a workflow's method records. */
export type MethodOptions = Required<WorkflowOptions>;

class Workflows implements BoundExtension {
  readonly states = [journalState];
  readonly sources: readonly HandlerSource[];
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #answer = this.#handler((turn, _context, argument) => turn.answer(tokenOf(argument) as string, argument));
  readonly #wake = this.#handler((turn, _context, argument) => {
    const { run, operation, attempts } = readWake(argument);
    if (run === "") return turn.beginWaiting();
    return operation === undefined ? turn.goOn(run) : turn.timerDue(run, operation, attempts);
  });
  readonly #cancel = this.#handler((turn, _context, argument) => turn.cancel(readCancellation(argument)));
  readonly #receive = this.#handler((turn) => turn.receive());
  readonly #answerByAddress = this.#handler((turn, context, argument) => {
    const call = oldestCall(turn.journal, context.caller);
    return call === undefined ? undefined : turn.answerByAddress(call, argument);
  });
  readonly #unknown: Handler;

  constructor(typeName: string, methods: readonly ExtendedMethod[]) {
    const workflows = new Map<string, Workflow>();
    for (const { types, options, call } of methods) {
      const type = typeOf(types[0] as TypeLike);
      const { concurrency } = options as MethodOptions;
      workflows.set(type.typename, { type, concurrency, call });
    }
    this.#workflows = workflows;
    this.sources = methods.map(({ types, name }) => ({
      types,
      name,
      readOnly: false,
      call: (instance, input, context) => {
        const workflow = workflows.get(typeOf(types[0] as TypeLike).typename) as Workflow;
        return new Turn(workflows, instance, context as MessageContext).begin(workflow, input);
      },
    }));
    this.#unknown = {
      readOnly: false,
      sharesBytes: false,
      decode: (argument) => argument,
      call: (_instance, argument, { address }) => {
        throw runError(
          "RUN_NOT_FOUND",
          `No run lives at ${address} that could receive a ${(argument as TypedValue).typename}, and ${typeName} has no handler for it.`,
        );
      },
    };
  }

  #handler(handle: (turn: Turn, context: MessageContext, argument: TypedValue) => Promise<void> | undefined): Handler {
    return {
      readOnly: false,
      sharesBytes: false,
      decode: (argument) => argument,
      call: (instance, argument, context) =>
        handle(
          new Turn(this.#workflows, instance, context as MessageContext),
          context as MessageContext,
          argument as TypedValue,
        ),
    };
  }

  readonly claim = (spec: FunctionSpec, message: Invocation, batch: ClaimingBatch): Handler | undefined => {
    const { argument, caller } = message;
    const { typename } = argument;
    if (argument.hasMetadata && tokenOf(argument) !== undefined) return this.#answer;
    // Only the function itself knows when a timer is due.
    if (typename === wakeTypename && batch.address.equals(caller)) return this.#wake;
    if (typename === cancelTypename) return this.#cancel;
    const known = findHandler(spec, batch.generation, typename);
    if (known !== undefined && known !== spec.catchAll) return undefined;
    const journal = findJournal(batch.instance);
    if (journal === undefined) return known === undefined ? this.#unknown : undefined;
    const awaits = (operation: Operation) => operation.awaits === typename && isPending(operation);
    if (journal.runs.some(({ operations }) => operations.some(awaits))) return this.#receive;
    if (oldestCall(journal, caller) !== undefined) return this.#answerByAddress;
    if (known !== undefined) return undefined;
    return journal.runs.length + journal.waiting.length > 0 ? this.#receive : this.#unknown;
  };
}

const tokenOf = (argument: TypedValue) => argument.metadata.getText(answerMetadata);

/** The call of this address that waits for its answer for the longest time. */
function oldestCall(journal: Journal, callee: Invocation["caller"]): { run: Run; operation: Operation } | undefined {
  if (callee === undefined) return undefined;
  let oldest: { run: Run; operation: Operation } | undefined;
  for (const run of journal.runs) {
    for (const operation of run.operations) {
      if (operation.kind !== "call" || !isPending(operation) || !callee.equals(operation.callee)) continue;
      if (oldest === undefined || operation.requestedAt < oldest.operation.requestedAt) oldest = { run, operation };
    }
  }
  return oldest;
}

/** Takes care of methods with @Workflow. */
export const workflowExtension: Extension = {
  bind: (typeName, methods) => new Workflows(typeName, methods),
};
