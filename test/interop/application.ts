// One application on a real StateFun: our actors and those of the peers, each behind its own endpoint.

import { rm } from "node:fs/promises";
import { RequestReplyHandler } from "statefun-ts";
import { type StatefunServer, serve } from "statefun-ts/node";
import { type Flink, type FlinkVersion, startFlink } from "../../flink/flink.ts";
import { RecordingLogger } from "../support/recording-logger.js";
import { actors, Script, type Step, Told, toldEgress } from "./actor.ts";
import { kinds } from "./catalogue.ts";
import { Peer, type PeerName } from "./peers.ts";

/** The endpoint of the functions `moving/<language>`. */
export type Movers = "ours" | "theirs";

export class Application {
  readonly #version: FlinkVersion;
  readonly #languages: Map<string, PeerName>;
  readonly #logger = new RecordingLogger();
  readonly #peers: Peer[] = [];
  readonly #told = new Map<string, Told[]>();
  #ours: StatefunServer | undefined;
  #engine: Flink | undefined;
  #read = 0;

  /** `peers` maps the namespace of a peer's functions to the peer. */
  constructor(version: FlinkVersion, peers: Readonly<Record<string, PeerName>>) {
    this.#version = version;
    this.#languages = new Map(Object.entries(peers));
  }

  async start(movers: Movers): Promise<void> {
    const started = await Promise.allSettled([...this.#languages.values()].map((name) => Peer.start(name)));
    for (const result of started) if (result.status === "fulfilled") this.#peers.push(result.value);
    for (const result of started) if (result.status === "rejected") throw result.reason;
    const names = [...this.#languages.keys()].map((language) => `moving/${language}`);
    const handler = new RequestReplyHandler(actors("ours/actor", ...names), { logger: this.#logger });
    this.#ours = await serve(handler, { port: 0, host: "127.0.0.1" });
    this.#engine = await startFlink({
      version: this.#version,
      module: this.#module(movers),
      egresses: [toldEgress],
      javaOptions: [],
    });
  }

  /** Starts StateFun again from a checkpoint, with the moving functions behind other endpoints. */
  async move(movers: Movers): Promise<void> {
    const { dir } = this.#running;
    await this.#running.waitForCheckpoint();
    await this.#running.stop();
    // Reports from before stay in the egress file.
    this.#engine = await startFlink({
      version: this.#version,
      module: this.#module(movers),
      egresses: [toldEgress],
      dir,
      restore: true,
    });
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    await Promise.all(this.#peers.map((peer) => peer.stop()));
    await this.#ours?.close();
    if (this.#engine !== undefined) await rm(this.#engine.dir, { recursive: true, force: true });
  }

  /** Has an actor ("namespace/name", id) perform a script. */
  perform(typeName: string, id: string, script: Step[]): void {
    this.#running.send(typeName, id, Script.typename, Script.serialize(script));
  }

  /** Waits until an actor has sent this many reports in all. Returns them. */
  async told(by: string, count: number): Promise<Told[]> {
    const told = () => this.#told.get(by) ?? [];
    const hasEnough = () => {
      this.#readRecords();
      return told().length >= count;
    };
    try {
      await this.#running.waitForRecords(hasEnough, { timeoutMs: 60_000 });
    } catch (error) {
      throw new Error(`${by} told ${told().length} things, not ${count}.\n${this.complaints}`, { cause: error });
    }
    return [...told()];
  }

  /** The log lines of all function servers. */
  get complaints(): string {
    const theirs = this.#peers.map((peer) => `${peer.name}: ${peer.complaints}`);
    return [...this.#logger.lines, ...theirs].join("\n");
  }

  get ourFailures(): string[] {
    return this.#logger.lines;
  }

  get #running(): Flink {
    if (this.#engine === undefined) throw new Error("the engine was not started");
    return this.#engine;
  }

  #readRecords(): void {
    const records = this.#running.records();
    for (const { value } of records.slice(this.#read)) {
      const told = Told.deserialize(value);
      this.#told.set(told.by, [...(this.#told.get(told.by) ?? []), told]);
    }
    this.#read = records.length;
  }

  /** Every function with its endpoint. */
  #module(movers: Movers): string {
    const ours = `http://127.0.0.1:${this.#ours?.port}/statefun`;
    const functions: [string, string][] = [["ours/actor", ours]];
    [...this.#languages.keys()].forEach((language, index) => {
      const theirs = (this.#peers[index] as Peer).endpoint;
      functions.push([`${language}/actor`, theirs], [`moving/${language}`, movers === "ours" ? ours : theirs]);
    });
    return this.#version === "3.3" ? moduleV3(functions) : moduleV2(functions);
  }
}

function moduleV3(functions: [string, string][]): string {
  return functions
    .map(
      ([typeName, endpoint]) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${typeName}
  urlPathTemplate: ${endpoint}
`,
    )
    .join("---\n");
}

function moduleV2(functions: [string, string][]): string {
  const states = kinds.map((kind) => `              - name: ${kind}_value\n`).join("");
  const entries = functions.map(
    ([typeName, endpoint]) => `      - function:
          meta:
            kind: http
            type: ${typeName}
          spec:
            endpoint: ${endpoint}
            states:
${states}`,
  );
  return `version: "2.0"\nmodule:\n  meta:\n    type: remote\n  spec:\n    functions:\n${entries.join("")}`;
}
