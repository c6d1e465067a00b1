// What `statefun dev` and the process of its functions tell each other.

import type { AddressInfo } from "node:net";
import { type PortSpec, usePortKeeper } from "../runtime/http/port-keeper.js";

/** A message of the process of the functions. */
export type ToDev = AskedPort | Ready | Failed;

/** A message to the process of the functions. */
export type ToFunctions = KeptAnswer | Stop;

/** A server listens on a port of 127.0.0.1, and needs one that stays open over restarts. */
interface AskedPort {
  readonly keep: PortSpec;
  readonly forwardTo: number;
  /** The number of the request, which its answer repeats. */
  readonly asked: number;
}

/** Where the port is open, or what Node's `listen` failed with. */
interface KeptAnswer {
  readonly asked: number;
  readonly kept: AddressInfo | { readonly code: string | undefined; readonly message: string };
}

/** The functions run. */
export interface Ready {
  /** The lines that say what runs and where it listens. */
  readonly ready: string;
  /** The URL of the console. */
  readonly console: string | null;
}

/** The functions can't run. */
export interface Failed {
  /** What is printed about it. */
  readonly failed: string;
  /** Whether another process has the data folder. */
  readonly locked: boolean;
}

/** The process is to end. */
interface Stop {
  /** How long calls in flight may take to end. */
  readonly stopWithinMs: number;
}

/** Sends a message to `statefun dev`, which may close the channel at this very moment. */
export function tellDev(message: ToDev, sent: () => void = () => {}): void {
  if (process.send === undefined) sent();
  else process.send(message, sent);
}

/** Lets `statefun dev` listen for the servers of this process. Called once. */
export function letDevListen(): void {
  const waiting: ((kept: KeptAnswer["kept"]) => void)[] = [];
  process.on("message", (message: ToFunctions) => {
    if ("kept" in message) waiting[message.asked]?.(message.kept);
  });
  usePortKeeper({
    keep: (spec, forwardTo) =>
      new Promise((resolve, reject) => {
        tellDev({ keep: spec, forwardTo, asked: waiting.length });
        waiting.push((kept) => {
          if ("message" in kept) reject(Object.assign(new Error(kept.message), { code: kept.code }));
          else resolve(kept);
        });
      }),
  });
}
