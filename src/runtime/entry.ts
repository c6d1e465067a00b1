// The package's entry "statefun-ts/runtime": the embedded runtime, for one machine.

export type { AddressesFound, AddressesPage, AddressFilter, ListedAddress } from "../engine/address-list-api.js";
export type { Clock, Timer } from "../engine/clock.js";
export type {
  DeadLetterApi,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterSweep,
  DeadLetterSwept,
} from "../engine/dead-letter-api.js";
export type {
  DelayedApi,
  DelayedFilter,
  DelayedFound,
  DelayedInfo,
  DelayedPage,
  DelayedSweep,
  DelayedSwept,
  WaitingMessage,
} from "../engine/delayed-api.js";
export type { EgressFailure, EgressInfo, EgressKind } from "../engine/egresses-api.js";
export type {
  AddressInfo,
  AddressPreview,
  EgressConsumer,
  EgressRecord,
  FunctionActivity,
  FunctionInfo,
  InFlightInfo,
} from "../engine/engine-api.js";
export type { FailingInfo, FailingPage } from "../engine/failing-api.js";
export type { FailureGroup, FailureGroupsPage, FailuresApi } from "../engine/failures-api.js";
export type { MailboxApi, MailboxFound, MailboxPage } from "../engine/mailbox-api.js";
export type { EgressMetrics, EngineMetrics, FunctionMetrics, QueueMetrics } from "../engine/metrics-api.js";
export type { ParkedFilter, ParkedInfo, ParkedSweep, ParkedSwept } from "../engine/parked-api.js";
export type { RunCounts } from "../engine/run-counts.js";
export type { HeldState, LargeState, StatesFound, StatesPage } from "../engine/states-api.js";
export type { IfMissed, ScheduleOptions } from "../functions/schedule-options.js";
export type { BatchEvent, ChannelEvents, CommitEvent, EgressEvent, IngressEvent } from "../model/channel-events.js";
export type { DeadLetter } from "../model/dead-letter.js";
export type { Failure } from "../model/failure.js";
export type { FailureOptions, FunctionOptions, OnFailure, RetryOptions, RetryOrder } from "../model/function-policy.js";
export type { QueryFailure, QueryOptions, QueryProgress, QueryResults, QueryRow } from "../model/query.js";
export { TerminalError, type TerminalErrorOptions } from "../model/terminal-error.js";
export type { ClientCallOptions, ClientCancelOptions, ClientSendOptions } from "../refs/call-options.js";
export type { Input, Output, Ref, Sender } from "../refs/plain-types.js";
export type { AdminOptions } from "./admin/admin-server.js";
export type { FileEgressSpec } from "./egress/file-egress.js";
export type { HttpEgressSpec } from "./egress/http-egress.js";
export type { EgressHandler, ProcessEgressSpec } from "./egress/process-egress.js";
export type { TakenRecord } from "./egress/record-loop.js";
export type { EgressSpec, OneEgressSpec } from "./egresses.js";
export type { FunctionOptionsByName } from "./endpoint/function-policies.js";
export type { RuntimeHandler, RuntimeHandlerOptions } from "./http/mounted.js";
export type { HttpIngressOptions } from "./ingress/http-ingress.js";
export type { RuntimeCallOptions, RuntimeCancelOptions, RuntimeSendOptions } from "./requests.js";
export type {
  AddressRuns,
  RunCall,
  RunDetails,
  RunError,
  RunFilter,
  RunInfo,
  RunOperation,
  RunPage,
  RunStatus,
  RunsFound,
} from "./runs/run-info.js";
export type { RunCancelOptions } from "./runs/runs.js";
export type { RuntimeLimits } from "./runtime-limits.js";
export type { RuntimeOptions } from "./runtime-options.js";
export { type RuntimeSchedule, type ScheduleTarget, schedule } from "./schedules/definitions.js";
export type { ScheduleRun } from "./schedules/schedule-record.js";
export type { ScheduleApi, ScheduleFailure, ScheduleInfo } from "./schedules/schedules.js";
export {
  type RuntimeCloseOptions,
  type RuntimeEgressOptions,
  type RuntimeEngine,
  StatefunRuntime,
} from "./statefun-runtime.js";
