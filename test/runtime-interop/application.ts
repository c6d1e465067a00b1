// One application on the embedded runtime: our actors in this process, those of the peers over HTTP, each with its SDK.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Address, type Metadata, RequestReplyHandler, type TypedValue } from "statefun-ts";
import { type StatefunServer, serve } from "statefun-ts/node";
import { Engine } from "../../src/engine/engine.js";
import { LocalFunctions } from "../../src/functions/local-functions.js";
import { makeRoutes, type Routes } from "../../src/runtime/endpoint/routes.js";
import type { Module } from "../../src/runtime/module/module.js";
import { parseModule } from "../../src/runtime/module/read-module.js";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Store } from "../../src/store/store.js";
import { actors, Script, type Step, Told, toldEgress } from "../interop/actor.ts";
import { kinds } from "../interop/catalogue.ts";
import { Peer, type PeerName } from "../interop/peers.ts";
import { RecordingLogger } from "../support/recording-logger.js";
import { ShiftedClock } from "./shifted-clock.js";

const longestWaitMs = 15_000;

export const generationOf = (peer: PeerName | undefined) => (peer === "python-2.2" ? "v2" : "v3");

/** The endpoint of the functions `moving/<language>`. Ours are called over HTTP, as the peer's are. */
export type Movers = "ours" | "theirs";

export interface ApplicationOptions {
  /** Peers, by the namespace of their functions. */
  readonly peers: Readonly<Record<string, PeerName>>;
  /** Limits of the languages. Defaults to none. */
  readonly egresses?: readonly string[];
  /** More settings of a state in a module file of version "2.0". Defaults to nothing. */
  readonly v2StateOptions?: readonly string[];
  /** How many messages a peer gets in one call. Defaults to 1000. */
  readonly maxBatch?: number;
  /** More functions of the peers, whose calls may take this many milliseconds. Defaults to none. */
  readonly slow?: { readonly functions: readonly string[]; readonly callMs: number };
  /** The address of a peer's endpoint. Defaults to its own. */
  readonly endpointOf?: (peer: Peer) => string;
}

export class Application {
  readonly clock = new ShiftedClock();
  readonly #options: ApplicationOptions;
  readonly #logger = new RecordingLogger();
  readonly #engineLogger = new RecordingLogger();
  readonly #peers = new Map<string, Peer>();
  readonly #told = new Map<string, Told[]>();
  readonly #records = new Map<string, TypedValue[]>();
  readonly #waiting = new Set<() => void>();
  #dir = "";
  /** Which peer serves `golden/expiring`. */
  #expiring: string | undefined;
  #local!: LocalFunctions;
  #server: StatefunServer | undefined;
  #store: Store | undefined;
  #routes: Routes | undefined;
  #engine: Engine | undefined;

  constructor(options: ApplicationOptions) {
    this.#options = options;
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error("the application was not started");
    return this.#engine;
  }

  peer(language: string): Peer {
    const peer = this.#peers.get(language);
    if (peer === undefined) throw new Error(`${language} was not started`);
    return peer;
  }

  async start(movers: Movers = "theirs"): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), "statefun-runtime-interop-"));
    const languages = Object.entries(this.#options.peers);
    const started = await Promise.allSettled(languages.map(([, name]) => Peer.start(name)));
    for (const [index, result] of started.entries()) {
      if (result.status === "fulfilled") this.#peers.set((languages[index] as [string, PeerName])[0], result.value);
    }
    for (const result of started) if (result.status === "rejected") throw result.reason;
    const moving = languages.map(([language]) => `moving/${language}`);
    const functions = actors("ours/actor", ...moving);
    this.#local = new LocalFunctions(functions);
    this.#server = await serve(new RequestReplyHandler(functions, { logger: this.#logger }), {
      port: 0,
      host: "127.0.0.1",
    });
    await this.#open(movers);
  }

  /** Ends the engine and starts it again on the same folder, with the moving functions behind other endpoints. */
  async move(movers: Movers, expiring?: string): Promise<void> {
    await this.#close();
    this.#expiring = expiring;
    await this.#open(movers);
  }

  async stop(): Promise<void> {
    await this.#close();
    await Promise.all([...this.#peers.values()].map((peer) => peer.stop()));
    await this.#server?.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Starts a peer again after its process has ended. */
  async replace(language: string): Promise<Peer> {
    await this.peer(language).stop();
    const peer = await Peer.start(this.#options.peers[language] as PeerName);
    this.#peers.set(language, peer);
    return peer;
  }

  /** Makes an actor ("namespace/name", id) perform a script. Resolves when the script is durable. */
  perform(typeName: string, id: string, script: Step[], metadata?: Metadata): Promise<void> {
    return this.engine.send(Address.of(typeName, id), Script.pack(script).withMetadata(metadata));
  }

  /** Waits until an actor has sent this many reports in all. Returns them. */
  async told(by: string, count: number): Promise<Told[]> {
    const told = () => this.#told.get(by) ?? [];
    await this.until(`${by} to tell ${count} things`, () => told().length >= count);
    return [...told()];
  }

  /** How many reports all actors have sent. */
  get toldInAll(): number {
    return [...this.#told.values()].reduce((count, told) => count + told.length, 0);
  }

  /** Waits for this many records of an egress. Returns all of them. */
  async records(egress: string, count: number): Promise<TypedValue[]> {
    const records = () => this.#records.get(egress) ?? [];
    await this.until(`${count} records of ${egress}`, () => records().length >= count);
    return [...records()];
  }

  /** Waits until no message waits in a mailbox. */
  async quiet(): Promise<void> {
    const end = Date.now() + longestWaitMs;
    while (this.engine.metrics.mailboxMessages > 0) {
      if (Date.now() > end) throw new Error(`messages wait.\n${this.#complaints()}`);
      await turn();
    }
  }

  /** Waits until a condition holds. It is checked at every egress record. */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited in vain for ${what}.\n${this.#complaints()}`));
      }, longestWaitMs);
      this.#waiting.add(check);
      check();
    });
  }

  get ourFailures(): string[] {
    return this.#logger.lines;
  }

  #complaints(): string {
    const theirs = [...this.#peers.values()].map((peer) => `${peer.name}: ${peer.complaints}`);
    return [...this.#engineLogger.lines.slice(-10), ...this.#logger.lines.slice(-10), ...theirs].join("\n");
  }

  async #open(movers: Movers): Promise<void> {
    const { egresses = [] } = this.#options;
    this.#store = await openLevelStore(join(this.#dir, "data"));
    this.#routes = makeRoutes(this.#module(movers), {
      typeNames: ["ours/actor"],
      run: (batch, taker) => this.#local.run(batch, taker),
    });
    this.#engine = await Engine.open({
      store: this.#store,
      findRoute: this.#routes.find,
      clock: this.clock,
      logger: this.#engineLogger,
    });
    this.#attach(toldEgress, (value) => {
      const told = value.as(Told);
      const before = this.#told.get(told.by);
      if (before === undefined) this.#told.set(told.by, [told]);
      else before.push(told);
    });
    for (const egress of egresses) {
      this.#attach(egress, (value) => {
        this.#records.set(egress, [...(this.#records.get(egress) ?? []), value]);
      });
    }
  }

  #attach(egress: string, take: (value: TypedValue) => void): void {
    const seen = new Set<string>();
    this.engine.attach(egress, {
      window: 100,
      receive: async ({ id, value }) => {
        // A record can come again, with the same id.
        if (seen.has(id)) return;
        seen.add(id);
        take(value);
        for (const check of [...this.#waiting]) check();
      },
    });
  }

  async #close(): Promise<void> {
    await this.#engine?.close(10_000);
    await this.#store?.close();
    await this.#routes?.close();
  }

  /** The module files of both generations, as one module. */
  #module(movers: Movers): Module {
    const ours = `http://127.0.0.1:${this.#server?.port}/statefun`;
    const modules = [...this.#peers].map(([language, peer]) => {
      const theirs = this.#options.endpointOf?.(peer) ?? peer.endpoint;
      const functions: Record<string, string> = {
        [`${language}/actor`]: theirs,
        [`moving/${language}`]: movers === "ours" ? ours : theirs,
      };
      if (language === this.#expiring) functions["golden/expiring"] = theirs;
      const text =
        generationOf(peer.name) === "v3"
          ? moduleV3(functions, this.#options.maxBatch ?? 1000) + this.#moduleSlow(theirs)
          : this.#moduleV2(functions);
      return parseModule(text, { file: `${language}.yaml` });
    });
    return { endpoints: modules.flatMap(({ endpoints }) => endpoints), ingresses: [], egresses: [], schedules: [] };
  }

  #moduleSlow(endpoint: string): string {
    const { functions = [], callMs } = this.#options.slow ?? {};
    return functions
      .map(
        (typeName) => `---
kind: io.statefun.endpoints.v2/http
spec:
  functions: ${typeName}
  urlPathTemplate: ${endpoint}
  transport: {type: io.statefun.transports.v1/async, timeouts: {call: ${callMs}ms}}
`,
      )
      .join("");
  }

  #moduleV2(functions: Readonly<Record<string, string>>): string {
    const { v2StateOptions = [], maxBatch = 1000 } = this.#options;
    const lines = ['version: "2.0"', "module:", "  meta:", "    type: remote", "  spec:", "    functions:"];
    for (const [typeName, endpoint] of Object.entries(functions)) {
      lines.push("      - function:", "          meta:", "            kind: http", `            type: ${typeName}`);
      lines.push("          spec:", `            endpoint: ${endpoint}`);
      lines.push(`            maxNumBatchRequests: ${maxBatch}`, "            states:");
      for (const kind of kinds) {
        lines.push(`              - name: ${kind}_value`, ...v2StateOptions.map((line) => `                ${line}`));
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

function moduleV3(functions: Readonly<Record<string, string>>, maxBatch: number): string {
  return Object.entries(functions)
    .map(
      ([typeName, endpoint]) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${typeName}
  urlPathTemplate: ${endpoint}
  maxNumBatchRequests: ${maxBatch}
`,
    )
    .join("---\n");
}
