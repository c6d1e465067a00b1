// The messages that a run receives: those for which its code waits, matched with those that nobody has received yet.

import type { Type } from "../model/type.js";
import type { Activation } from "./activation.js";
import type { Operation } from "./journal/journal.js";
import { unpackCopy } from "./results.js";

interface Awaited {
  readonly type: Type<any>;
  readonly where: ((message: any) => boolean) | undefined;
}

/** What the code of one pass waits to receive. */
export class Receives {
  readonly #awaited = new Map<Operation, Awaited>();

  add(operation: Operation, awaited: Awaited): void {
    this.#awaited.set(operation, awaited);
  }

  /** Gives one message that nobody has received to the first operation that takes it; returns whether there was one. */
  match(pass: Activation): boolean {
    const { unreceived } = pass.journal;
    if (unreceived.length === 0) return false;
    for (const operation of pass.waitingFor("receive")) {
      const { type, where } = this.#awaited.get(operation) as Awaited;
      try {
        const index = unreceived.findIndex(({ argument }) => {
          if (!type.reads(argument.typename)) return false;
          return where === undefined || where(unpackCopy(type, argument));
        });
        if (index < 0) continue;
        const [message] = unreceived.splice(index, 1);
        pass.complete(operation, message?.argument);
      } catch (thrown) {
        pass.reject(operation, thrown);
      }
      return true;
    }
    return false;
  }
}
