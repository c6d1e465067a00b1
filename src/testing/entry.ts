// The package's entry "statefun-ts/testing": a runtime for tests, whose time the test owns.

export type { FakeEgressHandler } from "./egresses.js";
export type { Fake, FakeHandler, FakeMessage } from "./fakes.js";
export { type InvokeOptions, type InvokeResult, invoke } from "./invoke.js";
export type { GivenStates, Plain, StatesOf, TestRef } from "./plain-types.js";
export type { SettleOptions } from "./test-engine.js";
export type { TestRuntimeOptions } from "./test-options.js";
export { TestRuntime } from "./test-runtime.js";
export type { DeadLetterView, DelayedView, ParkedView, SentView } from "./views.js";
