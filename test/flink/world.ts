// One StateFun, the functions that it calls, and the records that they sent out.

import { rm } from "node:fs/promises";
import { type Context, json, type StatefulFunctions, type TypedValue } from "statefun-ts";
import { type EgressRecord, type Flink, type FlinkOptions, startFlink } from "../../flink/flink.ts";
import { type Flavour, type ModuleOptions, moduleOf } from "./flavours.js";
import { FunctionServer } from "./function-server.js";

/** A report of a function under test: which function it is, and a value. */
interface Told {
  readonly from: string;
  readonly value: any;
}

const Told = json<Told>("test/Told");
const toldEgress = "test/told";

/** Reports a value to the test, through an egress. */
export function tell(context: Context, value: unknown): void {
  context.sendEgress(toldEgress, Told.pack({ from: String(context.address), value }));
}

export interface WorldOptions extends ModuleOptions, Pick<FlinkOptions, "restPort" | "restarts"> {
  readonly functions: StatefulFunctions;
  /** Egresses besides the egress of {@link tell}. */
  readonly egresses?: readonly string[];
  /** The module file. Defaults to a file made for the functions. */
  readonly module?: (endpoint: string) => string;
  /** Where another process serves the functions. Defaults to serving them in this process. */
  readonly endpoint?: string;
}

export class World {
  readonly flavour: Flavour;
  readonly server: FunctionServer;
  readonly #options: WorldOptions;
  readonly #told = new Map<string, any[]>();
  readonly #expectedFailures: string[] = [];
  readonly #unreadable: string[] = [];
  #engine: Flink | undefined;
  #read = 0;

  constructor(flavour: Flavour, options: WorldOptions) {
    this.flavour = flavour;
    this.#options = options;
    this.server = new FunctionServer(flavour.generation, options.functions);
  }

  get engine(): Flink {
    if (this.#engine === undefined) throw new Error("the engine was not started");
    return this.#engine;
  }

  async start(): Promise<void> {
    if (this.#options.endpoint === undefined) await this.server.listen();
    this.#engine = await startFlink(this.#engineOptions());
  }

  /** Starts StateFun again, from its latest checkpoint. */
  async restore(): Promise<void> {
    this.#engine = await startFlink({ ...this.#engineOptions(), dir: this.engine.dir, restore: true });
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    await this.server.abort();
    if (this.#engine !== undefined) await rm(this.#engine.dir, { recursive: true, force: true });
  }

  /** Sends a message as an ingress does, in the form of the generation. */
  send(typeName: string, id: string, message: TypedValue): void {
    const { typename, value } = this.flavour.generation === "v2" ? message.toV2() : message;
    this.engine.send(typeName, id, typename, value);
  }

  /** Waits until a function has reported this many values. Returns all its values. */
  async told(from: string, count: number): Promise<any[]> {
    const values = () => this.#told.get(from) ?? [];
    try {
      await this.#until(() => values().length >= count);
    } catch (error) {
      throw new Error(
        `${from} told ${JSON.stringify(values()).slice(0, 500)}, not ${count} values: ${this.#complaints()}`,
        {
          cause: error,
        },
      );
    }
    return [...values()];
  }

  /** Waits until an egress has this many records. Returns all of them. */
  async records(egress: string, count: number): Promise<EgressRecord[]> {
    const records = () => this.engine.records().filter((record) => record.egress === egress);
    await this.#until(() => records().length >= count);
    return records();
  }

  /** Declares that calls of this address or function fail on purpose. */
  expectFailures(of: string): void {
    this.#expectedFailures.push(of);
  }

  /** The failures that no scenario wanted. */
  get unexpectedFailures(): string[] {
    const lines = this.server.logger.lines.filter((line) => !this.#expectedFailures.some((of) => line.includes(of)));
    return [...this.#unreadable, ...lines];
  }

  #engineOptions(): FlinkOptions {
    const { functions, egresses = [], endpoint = this.server.endpoint, ...others } = this.#options;
    const { restPort, restarts, ...moduleOptions } = others;
    const module = moduleOptions.module?.(endpoint) ?? moduleOf(this.flavour, functions, endpoint, moduleOptions);
    return {
      version: this.flavour.version,
      module,
      egresses: [toldEgress, ...egresses],
      ...(restPort === undefined ? {} : { restPort }),
      ...(restarts === undefined ? {} : { restarts }),
    };
  }

  async #until(isTrue: () => boolean): Promise<void> {
    await this.engine.waitForRecords(
      (records) => {
        for (const { egress, value } of records.slice(this.#read)) {
          if (egress !== toldEgress) continue;
          this.#hear(value);
        }
        this.#read = records.length;
        return isTrue();
      },
      { timeoutMs: 60_000 },
    );
  }

  #hear(value: Uint8Array): void {
    try {
      const told = Told.deserialize(value);
      this.#told.set(told.from, [...(this.#told.get(told.from) ?? []), told.value]);
    } catch (error) {
      // A broken record of one scenario must not fail the other scenarios.
      this.#unreadable.push(`An egress record can't be read: ${error}`);
    }
  }

  #complaints(): string {
    const lines = [...this.#unreadable, ...this.server.logger.lines];
    return lines.length === 0 ? "no call failed" : lines.slice(-10).join("\n");
  }
}
