// The outside of a run: commands come one after the other, and each is repeated until it is acknowledged.

import type { Engine } from "../../engine/engine.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { durationToMs } from "../../model/duration.js";
import { type Command, packedOf, type WaitCommand } from "./commands.js";
import { shown } from "./handler-run.js";
import { type History, timeText } from "./history.js";
import type { Setting } from "./setting.js";
import type { SimulatedClock } from "./simulated-clock.js";

/** What a client repeats: nothing says that the command was not carried out. */
const repeated = new Set(["STORE_FULL", "STORE_FAILED", "OVERLOADED", "MAILBOX_FULL"]);

type Request = (engine: Engine) => Promise<string | undefined>;

interface ClientParts {
  readonly setting: Setting;
  readonly clock: SimulatedClock;
  readonly history: History;
}

export class Client {
  readonly #commands: readonly Command[];
  /** What the idempotency keys of its commands begin with. */
  readonly #name: string;
  readonly #parts: ClientParts;
  /** The requests that are not acknowledged or answered, by the places of their commands. */
  readonly #unsettled = new Map<number, Request>();
  /** How many commits there were since a request was made. */
  readonly #commits = new Map<number, number>();
  #engine: Engine | undefined;
  #next = 0;
  /** When the next command may come. */
  #notBefore = 0;
  /** What was refused and is repeated. */
  #refused: number[] = [];

  constructor(name: string, commands: readonly Command[], parts: ClientParts) {
    this.#name = name;
    this.#commands = commands;
    this.#parts = parts;
  }

  /** Whether a command may come now. */
  get hasNext(): boolean {
    return this.#next < this.#commands.length && this.#parts.clock.now() >= this.#notBefore;
  }

  /** Whether a command that came is not acknowledged or answered. */
  get waits(): boolean {
    return this.#unsettled.size > 0;
  }

  /** Until when no command may come; undefined when one may come now, and when none is left. */
  get nextTime(): number | undefined {
    return this.#next < this.#commands.length && !this.hasNext ? this.#notBefore : undefined;
  }

  /** Goes on with the engine of a new life, of which it asks again what was not acknowledged. */
  connect(engine: Engine): void {
    this.#engine = engine;
    this.#refused = [];
    for (const index of this.#unsettled.keys()) this.#issue(index);
  }

  /** Lets the next command come. Throws OPTION_INVALID and FUNCTION_UNKNOWN for a command that can't be carried out. */
  next(): void {
    const index = this.#next++;
    const command = this.#commands[index] as Command;
    const { clock, history } = this.#parts;
    history.add(clock.elapsedMs, "came", this.#shown(command));
    if ("wait" in command) {
      this.#notBefore = clock.now() + durationToMs(command.wait);
      return;
    }
    this.#unsettled.set(index, this.#request(command, `${this.#name}-${index}`));
    this.#issue(index);
  }

  /** Says that there was a commit. */
  committed(): void {
    for (const [index, count] of this.#commits) this.#commits.set(index, count + 1);
  }

  /** Repeats what was refused. */
  repeat(): void {
    for (const index of this.#refused.splice(0)) this.#issue(index);
  }

  #issue(index: number): void {
    const engine = this.#engine as Engine;
    this.#commits.set(index, 0);
    this.#unsettled
      .get(index)?.(engine)
      .then(
        (answer) => this.#settled(engine, index, answer),
        (error: StatefunError) => {
          if (engine !== this.#engine) return;
          // The first commit may have begun before the request was made. After the second one, its message is on disk.
          const onDisk = (this.#commits.get(index) ?? 0) > 1;
          if (repeated.has(error.code) || (error.code === "ANSWER_TIMEOUT" && !onDisk)) this.#refused.push(index);
          else this.#settled(engine, index, `${error.code}: ${error.message}`);
        },
      );
  }

  /** What asks an engine to carry out a command; it resolves to what is worth telling of the answer. */
  #request(command: Exclude<Command, WaitCommand>, idempotencyKey: string): Request {
    if ("cancel" in command) {
      return async (engine) => {
        const withdrew = await engine.cancel(command.cancel, { idempotencyKey });
        return withdrew ? undefined : "there was nothing to cancel";
      };
    }
    const { catalog, functions } = this.#parts.setting;
    const value = packedOf(command, catalog);
    const target = Address.of("call" in command ? command.call : command.send, command.id);
    if (functions.find(target) === undefined) {
      throw new StatefunError("FUNCTION_UNKNOWN", `A command goes to ${target}, which the functions do not hold.`);
    }
    if ("call" in command) {
      return async (engine) => {
        const answer = await engine.call(target, value, { idempotencyKey });
        return answer === undefined ? "no value" : shown(answer, catalog);
      };
    }
    const { delay, cancellationToken } = command;
    return async (engine) => {
      await engine.send(target, value, {
        idempotencyKey,
        ...(delay === undefined ? {} : { delayMs: durationToMs(delay) }),
        ...(cancellationToken === undefined ? {} : { cancellationToken }),
      });
      return undefined;
    };
  }

  #settled(engine: Engine, index: number, answer: string | undefined): void {
    // A process that has died acknowledges nothing.
    if (engine !== this.#engine || !this.#unsettled.delete(index)) return;
    this.#commits.delete(index);
    if (answer === undefined) return;
    const { clock, history } = this.#parts;
    history.add(clock.elapsedMs, "came", `answered: ${answer}`);
  }

  #shown(command: Command): string {
    if ("wait" in command) return `wait ${timeText(durationToMs(command.wait))}`;
    if ("cancel" in command) return `cancel ${command.cancel}`;
    const { typename, value, base64 } = command;
    const what = "call" in command ? `call ${command.call}` : `send ${command.send}`;
    const later =
      "delay" in command && command.delay !== undefined ? `, in ${timeText(durationToMs(command.delay))}` : "";
    return `${what}/${command.id}${later}: ${typename} ${value === undefined ? base64 : JSON.stringify(value)}`;
  }
}
