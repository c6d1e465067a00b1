// Which handler the running code belongs to, so that a call which a handler waits for can say who waits. The record is shared
// by every copy of this package in the process, and it needs no module of Node, since clients run in browsers too.

import type { Address } from "./address.js";

/** A handler that handles a message. */
export interface RunningHandler {
  /** The address of the handler's function instance. */
  readonly address: Address;
  /** Whether the handler still handles its message. What it has started may go on for longer, and blocks nothing then. */
  readonly running: boolean;
}

/** The part of Node's AsyncLocalStorage that is used here. */
interface Storage {
  getStore(): RunningHandler | undefined;
  run<A extends unknown[], R>(handler: RunningHandler, work: (...args: A) => R, ...args: A): R;
}

interface Shared {
  /** Whether code of this process may wait for calls. */
  callsMade: boolean;
  /** Whether a handler of this process may go on after it has returned. */
  handlersAwait: boolean;
  /** The handler whose code runs at this moment, until its first await. */
  current: RunningHandler | undefined;
  /** Follows handlers across their awaits; undefined while no handler can wait for a call there. */
  storage: Storage | undefined;
}

const key = Symbol.for("statefun-ts.runningHandler");
const place = globalThis as { [key]?: Shared };
place[key] ??= { callsMade: false, handlersAwait: false, current: undefined, storage: undefined };
const shared: Shared = place[key];

/** Says that code of this process may wait for calls. */
export function expectCalls(): void {
  if (shared.callsMade) return;
  shared.callsMade = true;
  followHandlers();
}

/**
 * Says that handlers may go on after they have returned a promise. An async method says so when it is declared. Of any other
 * method that is known from its first promise on, so what that message does behind an await is not followed.
 */
export function expectAwaits(): void {
  if (shared.handlersAwait) return;
  shared.handlersAwait = true;
  followHandlers();
}

/**
 * Makes {@link waitingHandler} know handlers behind their awaits too, once both calls and awaits are expected: in Node 20 and
 * 22 an AsyncLocalStorage slows down every promise of the process.
 */
function followHandlers(): void {
  if (shared.callsMade && shared.handlersAwait) shared.storage ??= newStorage();
}

/** The address whose handler runs the code that asks; undefined outside of handlers. */
export function waitingHandler(): Address | undefined {
  const handler = shared.current ?? shared.storage?.getStore();
  return handler?.running ? handler.address : undefined;
}

/** Calls a handler's method. The arguments stand apart, because a closure for each message would cost more than the rest. */
export function runHandler<I, M, C extends RunningHandler, R>(
  handler: (instance: I, message: M, context: C) => R,
  instance: I,
  message: M,
  context: C,
): R {
  const before = shared.current;
  shared.current = context;
  try {
    const { storage } = shared;
    return storage === undefined
      ? handler(instance, message, context)
      : storage.run(context, handler, instance, message, context);
  } finally {
    shared.current = before;
  }
}

/** Hosts without Node's module have no storage: there, a handler is known until its first await. */
function newStorage(): Storage | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const hooks = process?.getBuiltinModule?.("node:async_hooks") as { AsyncLocalStorage: new () => Storage } | undefined;
  return hooks && new hooks.AsyncLocalStorage();
}
