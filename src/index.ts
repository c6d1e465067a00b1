// The package's main entry: everything a function is written with, and the handler that serves it.

export { type ErrorCode, type ErrorInfo, type ExitStatus, errors, type Fault, StatefunError } from "./errors.js";
export type { AnswerOf } from "./functions/answered-by.js";
export type { BindOptions } from "./functions/bind-class.js";
export type {
  ContinuationHandler,
  FunctionHandler,
  RegisterOptions,
  StateOf,
  StateOptions,
  StateShape,
} from "./functions/bind-handler.js";
export { type Answer, Context, type MessageFor, type SendAfterOptions, type SendOptions } from "./functions/context.js";
export type { CallOptions } from "./functions/continuation-types.js";
export type {
  HandlesDecorator,
  MessageOf,
  StateDecorator,
  StatefulFunctionDecorator,
} from "./functions/decorator-types.js";
export { Handles, type HandlesOptions, State, StatefulFunction } from "./functions/decorators.js";
export type { HandledType } from "./functions/function-spec.js";
export type { FunctionClass } from "./functions/handled-messages.js";
export type {
  EndListener,
  InterceptedInvocation,
  InterceptedRun,
  InterceptedStep,
  Interceptor,
  InvocationKind,
  SendListener,
  SentMessage,
  StepInterceptor,
} from "./functions/interceptor.js";
export type { MessageEvent } from "./functions/published-messages.js";
export type { MakeWorkflow, RegisteredWorkflow } from "./functions/registered-methods.js";
export { type HandlerOptions, RequestReplyHandler } from "./functions/request-reply.js";
export { Schedule, type ScheduleDecorator } from "./functions/schedule-decorator.js";
export type { IfMissed, ScheduleOptions } from "./functions/schedule-options.js";
export type { StateAccess } from "./functions/state-access.js";
export { StatefulFunctions } from "./functions/stateful-functions.js";
export {
  type FlowCallOptions,
  type ReceiveOptions,
  type Restart,
  type RunConcurrency,
  type SleepOptions,
  type StepContext,
  type StepOptions,
  type StepResult,
  WorkflowContext,
  type WorkflowOptions,
} from "./functions/workflow-context.js";
export { Address } from "./model/address.js";
export type { Deferred } from "./model/deferred.js";
export type { Duration } from "./model/duration.js";
export type { ExpirationOptions } from "./model/expiration.js";
export type { FailureOptions, FunctionOptions, OnFailure, RetryOptions, RetryOrder } from "./model/function-policy.js";
export type { Generation } from "./model/invocation.js";
export type { LogFields, Logger } from "./model/logger.js";
export { Metadata, type MetadataEntry, type MetadataInput } from "./model/metadata.js";
export type { Named, TypenameOf, WithTypename } from "./model/named.js";
export type { MessageClass, ReflectedType } from "./model/protobuf-class.js";
export { TerminalError, type TerminalErrorOptions } from "./model/terminal-error.js";
export { Type } from "./model/type.js";
export { TypedValue, type ValueOf } from "./model/typed-value.js";
export { custom } from "./types/custom.js";
export {
  type KafkaRecord,
  type KinesisRecord,
  kafkaRecord,
  kinesisRecord,
  type RecordValue,
} from "./types/egress-records.js";
export { json, type StandardSchema } from "./types/json.js";
export { packValue } from "./types/pack.js";
export { Types } from "./types/primitives.js";
export { protobuf, type TypeLike } from "./types/protobuf.js";
export type { ProtobufMessage, Sendable } from "./types/sendable.js";
export { Continuation, type ContinuationDecorator } from "./workflows/continuation.js";
export { Workflow, type WorkflowDecorator } from "./workflows/decorator.js";
