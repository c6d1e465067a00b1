// Captures the golden bytes again, from the real engines and the official SDKs: see README.md.

import { rm } from "node:fs/promises";
import { type Generation, RequestReplyHandler, type StatefulFunctions, type TypedValue } from "statefun-ts";
import { serve } from "statefun-ts/node";
import { type FlinkVersion, startFlink } from "../../flink/flink.ts";
import { decodeRequest } from "../../src/wire/decode-request.js";
import { actors, Script, type Step } from "../interop/actor.ts";
import { kinds } from "../interop/catalogue.ts";
import { Peer, type PeerName } from "../interop/peers.ts";
import { writeGolden } from "./files.ts";
import { deletions, deletionsOfNothing, idOf, repetitions, scenarios } from "./scenarios.ts";

/** Serves our functions and records every request. */
class RecordingHandler extends RequestReplyHandler {
  readonly requests = new Map<string, Uint8Array[]>();
  readonly #waiting = new Set<() => void>();
  /** Calls of this address wait for the promise. */
  held: { readonly address: string; readonly until: Promise<unknown> } | undefined;

  override async handle(request: Uint8Array): Promise<Uint8Array> {
    const { target } = decodeRequest(request);
    const address = `${target}`;
    this.requests.set(address, [...(this.requests.get(address) ?? []), Uint8Array.from(request)]);
    for (const check of [...this.#waiting]) check();
    if (this.held?.address === address) await this.held.until;
    return super.handle(request);
  }

  /** Waits for the request of this number for an address, counted from 1. */
  request(address: string, number: number): Promise<Uint8Array> {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.requests.get(address)?.[number - 1];
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

const forwarder = "golden/forwarder";

function functions(): StatefulFunctions {
  return actors().register(forwarder, (message: TypedValue, context) => {
    context.send("golden/actor", context.address.id, message);
  });
}

async function captureRequests(version: FlinkVersion, generation: Generation): Promise<Map<string, Uint8Array>> {
  const handler = new RecordingHandler(functions());
  const server = await serve(handler, { port: 0, host: "127.0.0.1" });
  const endpoint = `http://127.0.0.1:${server.port}/statefun`;
  const engine = await startFlink({
    version,
    module: version === "3.3" ? moduleV3(endpoint) : moduleV2(endpoint),
    egresses: ["golden/out", "golden/kafka", "golden/kinesis", "interop/told"],
  });
  const golden = new Map<string, Uint8Array>();
  const perform = (typeName: string, id: string, script: readonly Step[]) =>
    engine.send(typeName, id, Script.typename, Script.serialize([...script]));

  // StateFun 3 learns the states from the first answer, and calls again with them.
  if (generation === "v3") {
    for (const [name, typeName] of [
      ["the first call of a function with states", "golden/actor"],
      ["the first call of a function with expirations", "golden/expiring"],
    ] as const) {
      perform(typeName, "first", []);
      golden.set(name, await handler.request(`${typeName}/first`, 1));
      await handler.request(`${typeName}/first`, 2);
    }
  }

  for (const scenario of scenarios) {
    if (scenario.only !== undefined && scenario.only !== generation) continue;
    const id = idOf(scenario);
    perform(scenario.fromFunction ? forwarder : "golden/actor", id, scenario.script);
    golden.set(scenario.name, await handler.request(`golden/actor/${id}`, 1));
  }

  perform("golden/actor", "states-set", deletions);
  golden.set("states deleted", await handler.request("golden/actor/states-set", 2));
  perform("golden/actor", "states-set", deletionsOfNothing);
  golden.set("states deleted that are not set", await handler.request("golden/actor/states-set", 3));
  perform("golden/actor", "long-and-double-states-set", []);
  golden.set("long and double states are sent", await handler.request("golden/actor/long-and-double-states-set", 2));
  perform("golden/actor", "states-set-to-defaults", repetitions);
  golden.set("states set to what they are", await handler.request("golden/actor/states-set-to-defaults", 2));

  golden.set("a delayed message arrives", await handler.request("golden/stateless/later", 1));
  golden.set("a message arrives from an ingress", await batchOf(handler, engine, "alone", 1));
  golden.set("a batch of messages", await batchOf(handler, engine, "batch", 4));

  await engine.stop();
  await server.close();
  await rm(engine.dir, { recursive: true, force: true });
  return golden;
}

/** Makes messages wait for one address, and returns the request that brings all but the first. */
async function batchOf(
  handler: RecordingHandler,
  engine: Awaited<ReturnType<typeof startFlink>>,
  id: string,
  count: number,
): Promise<Uint8Array> {
  const marker = `marker-${id}`;
  const address = `golden/actor/${id}`;
  handler.held = { address, until: handler.request(`golden/stateless/${marker}`, 1) };
  const send = (target: string, to: string, script: readonly Step[]) =>
    engine.send(target, to, Script.typename, Script.serialize([...script]));
  send("golden/actor", id, []);
  for (let index = 0; index < count; index++) {
    send("golden/actor", id, [
      { do: "set", value: index % 2 === 0 ? "int 1" : "int -1" },
      { do: "send", to: "golden/stateless/values", value: index % 2 === 0 ? "int 1" : "int -1" },
    ]);
  }
  // Once its call is here, all messages above wait inside StateFun.
  send("golden/stateless", marker, []);
  const request = await handler.request(address, 2);
  handler.held = undefined;
  return request;
}

function moduleV3(endpoint: string): string {
  return `kind: io.statefun.endpoints.v2/http
spec:
  functions: golden/*
  urlPathTemplate: ${endpoint}
`;
}

function moduleV2(endpoint: string): string {
  const states = ["            states:", ...kinds.map((kind) => `              - name: ${kind}_value`)];
  const entry = (type: string, more: string[]) => [
    "      - function:",
    "          meta:",
    "            kind: http",
    `            type: ${type}`,
    "          spec:",
    `            endpoint: ${endpoint}`,
    ...more,
  ];
  return [
    'version: "2.0"',
    "module:",
    "  meta:",
    "    type: remote",
    "  spec:",
    "    functions:",
    ...entry("golden/actor", states),
    ...entry("golden/stateless", []),
    ...entry(forwarder, []),
    "",
  ].join("\n");
}

/** The answers of an SDK to the requests. Requests that the SDK can't answer are left out. */
async function captureAnswers(name: PeerName, requests: ReadonlyMap<string, Uint8Array>) {
  const peer = await Peer.start(name);
  const golden = new Map<string, Uint8Array>();
  for (const [scenario, body] of requests) {
    const response = await fetch(peer.endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: Buffer.from(body),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (response.status === 200) golden.set(scenario, answer);
    else console.log(`${name} has no answer for: ${scenario}`);
  }
  await peer.stop();
  return golden;
}

const requests = {
  v3: await captureRequests("3.3", "v3"),
  v2: await captureRequests("2.2", "v2"),
};
writeGolden("requests/statefun-3.3", requests.v3);
writeGolden("requests/statefun-2.2", requests.v2);
writeGolden("answers/java-3.3", await captureAnswers("java", requests.v3));
writeGolden("answers/python-3.3", await captureAnswers("python", requests.v3));
writeGolden("answers/go-3.3", await captureAnswers("go", requests.v3));
writeGolden("answers/js-3.3", await captureAnswers("js", requests.v3));
writeGolden("answers/python-2.2", await captureAnswers("python-2.2", requests.v2));
