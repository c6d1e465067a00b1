// What gives a function its workflows and continuations: the hidden state, the handlers of the types that begin runs, and those of
// every other message that belongs to a run or to a call.

import { describe } from "../errors.js";
import type {
  BeginCall,
  BoundExtension,
  ClaimingBatch,
  ExtendedMethod,
  Extension,
  FunctionSpec,
  Handler,
  HandlerSource,
} from "../functions/function-spec.js";
import type { InvocationKind } from "../functions/interceptor.js";
import type { MessageContext } from "../functions/message-context.js";
import { findHandler } from "../functions/message-handler.js";
import { provideExtension } from "../functions/own-extension.js";
import type { WorkflowOptions } from "../functions/workflow-context.js";
import type { Address } from "../model/address.js";
import { answerTokenOf } from "../model/correlation.js";
import type { Invocation } from "../model/invocation.js";
import type { TypedValue } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import { Continuations, callOf, callWith, isContinuation } from "./continuations.js";
import { runError } from "./failures.js";
import { type Cancellation, readCancellation, readWake } from "./journal/hidden-messages.js";
import { isPending, type Journal, type Operation, type PendingCall, type Run } from "./journal/journal.js";
import { cancelTypename, wakeTypename } from "./journal/names.js";
import { findJournal, journalState } from "./journal-state.js";
import { Turn } from "./turn.js";
import { type Workflow, workflowOptions } from "./workflow.js";

class Workflows implements BoundExtension {
  readonly states = [journalState];
  readonly sources: readonly HandlerSource[];
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #answer = handler((argument, context, instance) => {
    const token = context.answerToken as string;
    const call = callWith(findJournal(instance), token);
    if (call !== undefined) return this.#continuations.answer(instance, context, call, argument);
    return this.#turn(instance, context).answer(token, argument);
  }, answerKind);
  readonly #wake = handler(
    (argument, context, instance) => {
      const { run, operation, attempts, call: token } = readWake(argument);
      if (token !== "") {
        const call = callWith(findJournal(instance), token);
        return call && this.#continuations.timeOut(instance, context, call);
      }
      const turn = this.#turn(instance, context);
      if (run === "") return turn.beginWaiting();
      return operation === undefined ? turn.goOn(run) : turn.timerDue(run, operation, attempts);
    },
    () => "timer",
  );
  readonly #cancel = handler(
    (argument, context, instance) => this.#turn(instance, context).cancel(cancellationOf(argument)),
    () => "cancellation",
  );
  readonly #receive = handler((_argument, context, instance) => this.#turn(instance, context).receive());
  readonly #answerByAddress = handler((argument, context, instance) => {
    const oldest = oldestCall(findJournal(instance) as Journal, context.caller);
    if (oldest === undefined) return undefined;
    if ("token" in oldest) return this.#continuations.answer(instance, context, oldest, argument);
    return this.#turn(instance, context).answerByAddress(oldest, argument);
  }, answerKind);
  readonly #unknown: Handler;
  readonly #continuations: Continuations;

  constructor(typeName: string, extended: readonly ExtendedMethod[]) {
    const methods = extended.filter(({ options }) => !isContinuation(options));
    this.#continuations = new Continuations(
      typeName,
      extended.filter(({ options }) => isContinuation(options)),
    );
    const workflows = new Map<string, Workflow>();
    this.#workflows = workflows;
    this.sources = methods.map(({ types, name, options, call }) => {
      const type = typeOf(types[0] as TypeLike);
      const { concurrency } = workflowOptions.read(`The workflow ${name} of ${typeName}`, options as WorkflowOptions);
      const workflow: Workflow = { type, concurrency, call };
      workflows.set(type.typename, workflow);
      return {
        types,
        name,
        readOnly: false,
        kind: () => "workflow",
        call: (instance, input, context) => this.#turn(instance, context as MessageContext).begin(workflow, input),
      };
    });
    this.#unknown = handler((argument, { address }) => {
      throw runError(
        "RUN_NOT_FOUND",
        `No run lives at ${address} that could receive a ${argument.typename}, and ${typeName} has no handler for it.`,
      );
    });
  }

  readonly beginCall: BeginCall = (context, call) => this.#continuations.begin(context as MessageContext, call);

  #turn(instance: object, context: MessageContext): Turn {
    return new Turn(this.#workflows, instance, context);
  }

  readonly claim = (spec: FunctionSpec, message: Invocation, batch: ClaimingBatch): Handler | undefined => {
    const { argument, caller } = message;
    const { typename } = argument;
    if (answerTokenOf(message) !== undefined) return this.#answer;
    // Only the function itself knows when a timer is due.
    if (typename === wakeTypename && batch.address.equals(caller)) return this.#wake;
    if (typename === cancelTypename) return this.#cancel;
    const known = findHandler(spec, batch.generation, typename);
    if (known !== undefined && known !== spec.catchAll) return undefined;
    const journal = findJournal(batch.instance);
    // Without workflows, a message that no handler takes is unhandled, as in any other class.
    const otherwise = known === undefined && this.#workflows.size > 0 ? this.#unknown : undefined;
    if (journal === undefined) return otherwise;
    const awaits = (operation: Operation) => operation.awaits === typename && isPending(operation);
    if (journal.runs.some(({ operations }) => operations.some(awaits))) return this.#receive;
    if (oldestCall(journal, caller) !== undefined) return this.#answerByAddress;
    if (known !== undefined) return undefined;
    return journal.runs.length + journal.waiting.length > 0 ? this.#receive : otherwise;
  };
}

/** Anybody may send a cancellation. One that can't be read is refused for good, so that it does not park the address of a run. */
function cancellationOf(argument: TypedValue): Cancellation {
  try {
    return readCancellation(argument);
  } catch (error) {
    throw runError("VALUE_UNREADABLE", `A ${cancelTypename} can't be decoded: ${describe(error)}.`);
  }
}

/** A handler of a message as it came. */
function handler(
  handle: (argument: TypedValue, context: MessageContext, instance: object) => unknown,
  kind: (instance: object, context: MessageContext) => InvocationKind = () => "workflow",
): Handler {
  return {
    kind: (instance, context) => kind(instance, context as MessageContext),
    readOnly: false,
    sharesBytes: false,
    decode: (argument) => argument,
    call: (instance, argument, context) => handle(argument as TypedValue, context as MessageContext, instance),
  };
}

/** Whether an answer belongs to a call of an ordinary handler, or to a run. */
function answerKind(instance: object, context: MessageContext): InvocationKind {
  const journal = findJournal(instance);
  const { answerToken } = context;
  const call =
    answerToken === undefined ? journal && oldestCall(journal, context.caller) : callWith(journal, answerToken);
  return call !== undefined && "token" in call ? "continuation" : "workflow";
}

/** The call of this address that waits for its answer for the longest time: of a run, or of an ordinary handler. */
function oldestCall(
  journal: Journal,
  callee: Invocation["caller"],
): { run: Run; operation: Operation } | PendingCall | undefined {
  if (callee === undefined) return undefined;
  const oldest = oldestOperation(journal, callee);
  const call = callOf(journal, callee);
  if (oldest === undefined || call === undefined) return oldest ?? call;
  return call.requestedAt < oldest.operation.requestedAt ? call : oldest;
}

function oldestOperation(journal: Journal, callee: Address): { run: Run; operation: Operation } | undefined {
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

provideExtension(workflowExtension);
