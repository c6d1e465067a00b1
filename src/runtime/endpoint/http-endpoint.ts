// Calls a function server in another process over HTTP: connection pools, limits, TLS, unix sockets.

import type { Readable } from "node:stream";
import type { Pool } from "undici";
import { NoAnswer, type RemoteEndpoint } from "../../engine/endpoint.js";
import { StatefunError } from "../../errors.js";
import type { Address } from "../../model/address.js";
import { longestTimerMs } from "../../model/duration.js";
import type { AwaitedCall } from "../../model/invocation.js";
import type { EndpointSpec } from "../module/module.js";
import { expandUrlTemplate } from "../module/url-template.js";
import { askDescription } from "./ask-description.js";
import { HttpCall, octetStream } from "./http-call.js";
import { secureContextOf } from "./tls.js";

type Undici = typeof import("undici");

interface Target {
  readonly pool: Pool;
  readonly path: string;
  readonly url: string;
}

/** How many functions and how many servers are remembered. Function names come from messages, so their number has no limit. */
const mostTargets = 1000;

/** A large request is sent in pieces of this size. The server must take each piece within the write limit. */
const pieceBytes = 64 * 1024;

const givenUp = "the engine has given the call up.";

const headers = ["content-type", octetStream, "accept", octetStream, "user-agent", "statefun-ts"];

/** Calls the functions of one endpoint of a module file. A call is one attempt: the engine repeats failed calls. */
export class HttpEndpoint implements RemoteEndpoint {
  readonly mostInFlight: number;
  /** undici takes long to load, so a runtime without HTTP endpoints does not load it. */
  readonly #undici = import("undici");
  readonly #spec: EndpointSpec;
  readonly #poolOptions: Pool.Options;
  readonly #pools = new Map<string, Pool>();
  readonly #targets = new Map<string, Target>();
  readonly #inFlight = new Set<HttpCall>();
  #closed = false;

  /** Throws MODULE_INVALID when a file of the TLS options can't be used. */
  constructor(spec: EndpointSpec) {
    const { transport } = spec;
    const secureContext = secureContextOf(spec);
    const idleMs = transport.poolTtlMs === 0 ? longestTimerMs : transport.poolTtlMs;
    this.#spec = spec;
    this.mostInFlight = transport.poolSize;
    this.#poolOptions = {
      connections: transport.poolSize,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // HttpCall watches the limits of a call.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: transport.connectMs, ...(secureContext && { secureContext }) },
    };
  }

  async call(request: Uint8Array, target: Address, awaited?: AwaitedCall): Promise<Uint8Array> {
    const undici = await this.#undici;
    const { pool, path, url } = this.#targetOf(target.name, undici);
    const what = `${url} (${target})`;
    if (this.#closed) throw new NoAnswer(false, `${what}: the runtime has closed this endpoint.`);
    const { transport } = this.#spec;
    if (request.length > transport.payloadMaxBytes) {
      const size = `${request.length} bytes, more than ${transport.payloadMaxBytes} (payload_max_bytes)`;
      throw new StatefunError("ENDPOINT_FAILED", `${what}: the request is ${size}.`);
    }
    if (awaited?.over) throw new NoAnswer(false, `${what}: ${givenUp}`);
    const call = new HttpCall(what, transport);
    if (awaited !== undefined) awaited.onGivenUp = () => call.fail("unanswered", givenUp);
    this.#inFlight.add(call);
    const isLarge = request.length > pieceBytes;
    try {
      pool.dispatch(
        {
          path,
          method: "POST",
          headers: isLarge ? [...headers, "content-length", String(request.length)] : headers,
          // The types of dispatch lack the iterable that dispatch takes.
          body: isLarge ? (pieces(request, call) as unknown as Readable) : request,
        },
        call,
      );
      return await call.answer;
    } finally {
      this.#inFlight.delete(call);
    }
  }

  /**
   * Asks the server of a function for the description of its functions, and resolves to its text. Rejects with
   * ENDPOINT_UNREACHABLE and ENDPOINT_FAILED.
   */
  async ask(name: string): Promise<string> {
    const { pool, path, url } = this.#targetOf(name, await this.#undici);
    return askDescription(pool, path, url);
  }

  /** Closes the connections; calls in flight are rejected with ENDPOINT_UNREACHABLE. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#inFlight) call.fail("unanswered", "the runtime has closed this endpoint.");
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #targetOf(name: string, undici: Undici): Target {
    const known = this.#targets.get(name);
    if (known !== undefined) return known;
    const { urlTemplate } = this.#spec;
    const expanded = expandUrlTemplate(urlTemplate, name);
    if ("problem" in expanded) {
      throw new StatefunError("ENDPOINT_FAILED", `${urlTemplate} gives no URL for "${name}": ${expanded.problem}.`);
    }
    const { origin, socketPath, path } = expanded;
    const url = socketPath === undefined ? `${origin}${path}` : `${socketPath}:${path}`;
    const target = { pool: this.#poolOf(origin, socketPath, undici), path, url };
    if (this.#targets.size >= mostTargets) this.#targets.clear();
    this.#targets.set(name, target);
    return target;
  }

  #poolOf(origin: string, socketPath: string | undefined, undici: Undici): Pool {
    const key = socketPath ?? origin;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    if (this.#pools.size >= mostTargets) this.#forgetPools();
    const options = socketPath === undefined ? this.#poolOptions : { ...this.#poolOptions, socketPath };
    const pool = new undici.Pool(origin, options);
    this.#pools.set(key, pool);
    return pool;
  }

  /** Forgets all pools and closes each of them after its last call. The next call of a server makes a new pool. */
  #forgetPools(): void {
    for (const pool of this.#pools.values()) void pool.close();
    this.#pools.clear();
    this.#targets.clear();
  }
}

async function* pieces(request: Uint8Array, call: HttpCall): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < request.length; start += pieceBytes) {
    call.awaitWrite();
    yield request.subarray(start, start + pieceBytes);
  }
  call.awaitAnswer();
}
