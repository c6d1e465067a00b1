// Changes that people make to one address: they set its states, park it, retry it, and drop its messages. A change is made
// between two calls of the address.

import type { Address } from "../model/address.js";
import type { TypedValue } from "../model/typed-value.js";
import { encodePacked } from "../wire/packed.js";
import type { Admission } from "./admission.js";
import type { BetweenCalls } from "./between-calls.js";
import type { Clock } from "./clock.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Drops } from "./drops.js";
import type { FunctionTable } from "./function-table.js";
import type { GroupCommit } from "./group-commit.js";
import type { Instances } from "./instances.js";
import type { ParkedAddresses } from "./parked-addresses.js";
import { ParkedSweeps } from "./parked-sweeps.js";
import { assertAddress, assertOwnState } from "./validation.js";

interface MaintenanceParts {
  readonly admission: Admission;
  readonly functions: FunctionTable;
  readonly instances: Instances;
  readonly parked: ParkedAddresses;
  readonly drops: Drops;
  readonly between: BetweenCalls;
  readonly dispatcher: Dispatcher;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

export class Maintenance {
  readonly #parts: MaintenanceParts;
  /** The same for many parked addresses at once. */
  readonly sweeps: ParkedSweeps;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
    this.sweeps = new ParkedSweeps(parts);
  }

  /** See EngineApi.setState. */
  async setState(address: Address, name: string, value: TypedValue | undefined): Promise<void> {
    const { admission, functions, clock } = this.#parts;
    assertAddress(address);
    assertOwnState(name);
    const known = admission.functionOf(address);
    await this.#parts.between.change(address, (instance) => {
      if (value !== undefined) functions.registerTypename(known, name, value.typename);
      const packed = value === undefined ? undefined : encodePacked(value, known.route.generation);
      const spec = { name, expiration: functions.expirationOf(known, name) };
      instance.states.forCall([spec], clock.now());
      instance.states.set(spec, packed, clock.now());
    });
  }

  /** See EngineApi.park. */
  async park(address: Address, reason: string): Promise<void> {
    const { admission, commit } = this.#parts;
    assertAddress(address);
    admission.assertOpen();
    admission.assertServed(address);
    this.parkNow(address, reason);
    await commit.durable();
  }

  /**
   * Parks at once and not between two calls: a call that never ends is a reason to park. The call in flight is given up,
   * and its messages stay.
   */
  parkNow(address: Address, reason: string): void {
    const { instances, parked, clock } = this.#parts;
    const instance = instances.wake(address);
    const { attempts, firstFailedAt } = instance;
    const failed = attempts > 0 ? { attempts, firstFailedAt } : { attempts };
    parked.park(instance, { since: clock.now(), code: "ADDRESS_PARKED", reason, ...failed });
    instance.call?.giveUp();
    instances.rest(instance);
  }

  /** See EngineApi.retry. */
  async retry(address: Address): Promise<void> {
    assertAddress(address);
    await this.#parts.between.change(address, (instance) => this.#parts.parked.unpark(instance));
  }

  /** See EngineApi.drop. */
  async drop(address: Address, which: "first" | "all"): Promise<number> {
    const { instances, drops } = this.#parts;
    assertAddress(address);
    let dropped = 0;
    // Only messages that wait now are dropped: more may come before the call in flight has ended. Of a mailbox in memory,
    // "first" means the message that is the first one now, which the call in flight may carry.
    const waiting = instances.peek(address)?.mailbox;
    const first = which === "first" && waiting !== undefined && waiting.loaded > 0;
    const last = first ? waiting.firstKey : instances.lastKey(address);
    await this.#parts.between.change(address, async (instance) => {
      dropped = await drops[which](instance, last);
    });
    return dropped;
  }
}
