// The ports of one `statefun dev`, by whichever process of the functions has asked for them.

import type { AddressInfo } from "node:net";
import type { StatefunError } from "../errors.js";
import type { PortSpec } from "../runtime/http/port-keeper.js";
import { KeptPort } from "./kept-port.js";

/** How long a request waits for functions that take long to start. */
const defaultWaitMs = 30_000;

export class KeptPorts {
  readonly #waitMs: number;
  #ports: KeptPort[] = [];

  constructor(waitMs = defaultWaitMs) {
    this.#waitMs = waitMs;
  }

  /**
   * Opens a port for a server that listens on another port of 127.0.0.1, or finds the one that an earlier process had. Rejects
   * with what Node's `listen` failed with.
   */
  async keep(spec: PortSpec, forwardTo: number): Promise<AddressInfo> {
    let port = this.#ports.find((each) => each.fits(spec));
    if (port === undefined) {
      port = new KeptPort(spec, this.#waitMs);
      // Before it is open, so that the next process gets this port when a restart comes in between.
      this.#ports.push(port);
    }
    port.use(forwardTo);
    try {
      await port.open();
    } catch (error) {
      this.#ports = this.#ports.filter((each) => each !== port);
      throw error;
    }
    return port.address;
  }

  /** Lets requests wait, for a process that asks for its ports again. */
  hold(): void {
    for (const port of this.#ports) port.hold();
  }

  /** Forwards the requests, also those that have waited. Closes the ports that no server of the process has asked for. */
  forward(): void {
    for (const port of this.#ports) {
      if (port.isUsed) port.forward();
      else void port.close();
    }
    this.#ports = this.#ports.filter((port) => port.isUsed);
  }

  /** Answers the requests with this error, also those that have waited. */
  refuse(error: StatefunError): void {
    for (const port of this.#ports) port.refuse(error);
  }

  /** Resolves when all requests that were forwarded are answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.answered()));
  }

  /** Closes the ports once the last answers have left. */
  async close(): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.close()));
  }
}
