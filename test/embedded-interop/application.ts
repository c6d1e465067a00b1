// Our actor and a peer's on the embedded engine: the peer over HTTP, ours in this process or, on v2, over HTTP too.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RequestReplyHandler } from "statefun-ts";
import { type StatefunServer, serve } from "statefun-ts/node";
import { makeRoutes, type Routes } from "../../src/endpoint/routes.js";
import { Address } from "../../src/model/address.js";
import type { Generation } from "../../src/model/invocation.js";
import { parseModule } from "../../src/module/read-module.js";
import { Engine } from "../../src/runtime/engine.js";
import type { EgressRecord } from "../../src/runtime/engine-api.js";
import { openLevelStore } from "../../src/store/level-store.js";
import type { Store } from "../../src/store/store.js";
import { actors, Script, type Step, Told, toldEgress } from "../interop/actor.ts";
import { kinds } from "../interop/catalogue.ts";
import { Peer, type PeerName } from "../interop/peers.ts";
import { RecordingLogger } from "../support/recording-logger.js";
import { ManualClock } from "./manual-clock.js";

/** Who serves the function `moving/<language>`. */
export type Mover = "ours" | "theirs";

/** An egress that takes what actors send by name. */
export const otherEgress = "interop/other";

export class Application {
  readonly clock = new ManualClock();
  /** What the engine and our handler logged. */
  readonly logger = new RecordingLogger();
  readonly #peerName: PeerName;
  readonly #language: string;
  readonly #generation: Generation;
  readonly #dir = mkdtempSync(join(tmpdir(), "statefun-embedded-interop-"));
  readonly #others: EgressRecord[] = [];
  #told: Told[] = [];
  #wake: () => void = () => {};
  #peer: Peer | undefined;
  #ours: StatefunServer | undefined;
  #store: Store | undefined;
  #engine: Engine | undefined;
  #routes: Routes | undefined;

  /** `language` is the namespace of the peer's functions. */
  constructor(peer: PeerName, language: string) {
    this.#peerName = peer;
    this.#language = language;
    this.#generation = peer === "python-2.2" ? "v2" : "v3";
  }

  async start(mover: Mover): Promise<void> {
    this.#peer = await Peer.start(this.#peerName);
    await this.#open(mover);
  }

  /** Closes the engine and its folder, and opens them again. */
  async reopen(mover: Mover): Promise<void> {
    await this.#close();
    await this.#open(mover);
  }

  async stop(): Promise<void> {
    await this.#close();
    await this.#peer?.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Has an actor ("namespace/name", id) perform a script. */
  async perform(typeName: string, id: string, script: Step[]): Promise<void> {
    await this.#engine?.send(Address.of(typeName, id), Script.pack(script));
  }

  /** Waits until an actor has told this much since the last time, and takes it. */
  async told(by: string, count: number): Promise<Told[]> {
    const found = () => this.#told.filter((told) => told.by === by);
    while (found().length < count) await this.#nextRecord();
    const taken = found().slice(0, count);
    this.#told = this.#told.filter((told) => !taken.includes(told));
    return taken;
  }

  /** Waits until the other egress has received this many records, and returns them. */
  async others(count: number): Promise<EgressRecord[]> {
    while (this.#others.length < count) await this.#nextRecord();
    return [...this.#others];
  }

  #nextRecord(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #open(mover: Mover): Promise<void> {
    const theirs = this.#peer?.endpoint as string;
    const moving = `moving/${this.#language}`;
    const oursTypes = mover === "ours" ? ["ours/actor", moving] : ["ours/actor"];
    const theirTypes = mover === "ours" ? [`${this.#language}/actor`] : [`${this.#language}/actor`, moving];
    const handler = new RequestReplyHandler(actors(...oursTypes), { logger: this.logger });
    if (this.#generation === "v3") {
      const module = parseModule(moduleV3(theirTypes, theirs), { file: "module.yaml" });
      this.#routes = makeRoutes(module, { typeNames: oursTypes, handle: (request) => handler.handle(request) });
    } else {
      this.#ours = await serve(handler, { port: 0, host: "127.0.0.1" });
      const ours = `http://127.0.0.1:${this.#ours.port}/statefun`;
      const functions = [
        ...oursTypes.map((typeName) => [typeName, ours] as const),
        ...theirTypes.map((typeName) => [typeName, theirs] as const),
      ];
      this.#routes = makeRoutes(parseModule(moduleV2(functions), { file: "module.yaml" }));
    }
    this.#store = await openLevelStore(this.#dir);
    this.#engine = await Engine.open({
      store: this.#store,
      findRoute: this.#routes.find,
      egresses: [toldEgress, otherEgress],
      clock: this.clock,
      logger: this.logger,
    });
    this.#engine.attach(toldEgress, {
      window: 100,
      receive: async ({ value }) => {
        this.#told.push(Told.deserialize(value.value));
        this.#wake();
      },
    });
    this.#engine.attach(otherEgress, {
      window: 100,
      receive: async (record) => {
        this.#others.push(record);
        this.#wake();
      },
    });
  }

  async #close(): Promise<void> {
    await this.#engine?.close(10_000);
    await this.#routes?.close();
    await this.#store?.close();
    await this.#ours?.close();
  }
}

function moduleV3(typeNames: readonly string[], endpoint: string): string {
  return typeNames
    .map(
      (typeName) => `kind: io.statefun.endpoints.v2/http
spec:
  functions: ${typeName}
  urlPathTemplate: ${endpoint}
`,
    )
    .join("---\n");
}

function moduleV2(functions: readonly (readonly [typeName: string, endpoint: string])[]): string {
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
