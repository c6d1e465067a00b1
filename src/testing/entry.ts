// The package's entry "statefun-ts/testing": a runtime for tests, whose time the test owns.

export type { FakeEgressHandler } from "./egresses.js";
export type { Fake, FakeHandler, FakeMessage } from "./fakes.js";
export { type InvokeOptions, type InvokeResult, invoke } from "./invoke.js";
export type { Plain, StatesInput, StatesOf, TestRef } from "./plain-types.js";
export type { OperationView, RunView } from "./run-views.js";
export type { CommandArbitrary, CommandRandom, CommandSource } from "./simulation/command-source.js";
export type {
  CallCommand,
  CancelCommand,
  Command,
  CommandMessage,
  GeneratedCommands,
  SendCommand,
  SendCommandOptions,
  WaitCommand,
} from "./simulation/commands.js";
export { call, send } from "./simulation/commands.js";
export type { FaultKind, SimulatedFault } from "./simulation/faults.js";
export type { Invariant, Invariants } from "./simulation/invariants.js";
export type { Plan } from "./simulation/plan.js";
export { type Replay, SimulationError } from "./simulation/report.js";
export { type SimulateOptions, type SimulationSummary, simulate } from "./simulation/simulate.js";
export type { SimulationView } from "./simulation/state-view.js";
export type { SettleOptions } from "./test-engine.js";
export type { TestRuntimeOptions } from "./test-options.js";
export { TestRuntime } from "./test-runtime.js";
export type { DeadLetterView, DelayedView, ParkedView, SentView } from "./views.js";
