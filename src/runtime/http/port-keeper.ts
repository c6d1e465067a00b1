// A process that keeps the ports of this process open over its restarts, as `statefun dev` does.

import type { AddressInfo } from "node:net";

/** Where a server is to listen. */
export interface PortSpec {
  /** The name of the server, for example "The ingress". */
  readonly name: string;
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** Listens on the ports of servers whose process is replaced, and forwards the requests to the process that runs. */
export interface PortKeeper {
  /**
   * Listens where the server was to listen, unless the keeper does so already, and forwards the requests to a port of
   * 127.0.0.1. Resolves to where the keeper listens. Rejects with what Node's `listen` failed with.
   */
  keep(spec: PortSpec, forwardTo: number): Promise<AddressInfo>;
}

// Every copy of this package in the process finds the keeper: a CommonJS project's functions load another copy.
const key = Symbol.for("statefun-ts.portKeeper");
const place = globalThis as { [key]?: PortKeeper };

/** Lets every server that is opened from now on listen by this keeper. */
export function usePortKeeper(keeper: PortKeeper): void {
  place[key] = keeper;
}

/** The keeper of this process's ports; undefined for a process that listens itself. */
export const portKeeper = (): PortKeeper | undefined => place[key];
