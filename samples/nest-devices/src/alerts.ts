// Tells somebody that a device is offline. A real application would send a mail here.

import { Injectable, Logger } from "@nestjs/common";

@Injectable()
export class Alerts {
  readonly #logger = new Logger("Alerts");
  readonly #sent: string[] = [];

  /** The last alerts, the newest first. */
  get sent(): readonly string[] {
    return this.#sent;
  }

  send(text: string): void {
    this.#logger.warn(text);
    this.#sent.unshift(text);
    this.#sent.splice(100);
  }
}
