// The functions of `register` that are more than handlers: workflows, and those that get the answers to calls.

import { checked, optionInvalid } from "../model/options.js";
import { expectAwaits } from "../model/running-handler.js";
import type { ValueOf } from "../model/typed-value.js";
import { type TypeLike, typeOf } from "../types/protobuf.js";
import type { Context } from "./context.js";
import {
  type AnswerOptions,
  type ExtendedMethod,
  type ExtendedMethods,
  isAsync,
  isGenerator,
} from "./function-spec.js";
import { ownExtension } from "./own-extension.js";
import type { WorkflowContext, WorkflowOptions } from "./workflow-context.js";

/** A workflow of a registered function. */
export interface RegisteredWorkflow {
  /** The type of the message that begins a run. */
  readonly type: TypeLike;
  readonly run: (message: any, flow: WorkflowContext, state: any) => unknown;
  readonly options: WorkflowOptions;
}

/**
 * Makes a workflow of a registered function, whose `state` is of the type St: a message of the type begins a run, and the function
 * is called with it.
 */
export type MakeWorkflow<St> = <L extends TypeLike>(
  type: L,
  run: (message: ValueOf<L>, flow: WorkflowContext, state: St) => unknown,
  options?: WorkflowOptions,
) => RegisteredWorkflow;

type Continuations = Readonly<Record<string, (answer: any, context: Context, state: any) => unknown>>;

export const workflowsOption = checked(
  "a function that makes a list: workflows: (workflow) => [workflow(PlaceOrder, async (order, flow, state) => …)]",
  (input): input is (workflow: MakeWorkflow<any>) => readonly RegisteredWorkflow[] => typeof input === "function",
);

const makeWorkflow: MakeWorkflow<any> = (type, run, options = {}) => {
  typeOf(type); // throws when the argument is no type
  if (typeof run === "function" && !isGenerator(run)) return { type, run, options };
  throw optionInvalid("workflow", "run", run, "a plain or async function");
};

export const continuationsOption = checked(
  "functions by their names: continuations: { reserved(answer) {} }",
  (input): input is Continuations =>
    typeof input === "object" &&
    input !== null &&
    Object.values(input).every((method) => typeof method === "function" && !isGenerator(method)),
);

/** The methods for the extension; undefined when there are none. The object that holds the states is their third argument. */
export function registeredMethods(
  workflows: (workflow: MakeWorkflow<any>) => readonly RegisteredWorkflow[] = () => [],
  continuations: Continuations = {},
): ExtendedMethods | undefined {
  const methods: ExtendedMethod[] = workflows(makeWorkflow).map(({ type, options, run }) => {
    if (isAsync(run)) expectAwaits();
    return {
      types: [type],
      name: run.name || "workflow",
      options,
      call: (instance, message, flow) => run(message, flow as WorkflowContext, instance),
    };
  });
  for (const [name, method] of Object.entries(continuations)) {
    if (isAsync(method)) expectAwaits();
    const options: AnswerOptions = { answers: [] };
    const call: ExtendedMethod["call"] = (instance, answer, context) => method(answer, context as Context, instance);
    methods.push({ types: [], name, options, call });
  }
  return methods.length === 0 ? undefined : { extension: ownExtension("workflows or continuations"), methods };
}
