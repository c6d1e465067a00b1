// One message over HTTP: a request that sends it, now or later, and a request that calls a function with it.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { CallOptions, EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import { addressOfHeader, fromHeader, idempotencyKeyOption } from "../../model/header-values.js";
import { assertOneTime, assertTokenHasTime, parseInstant } from "../../model/instant.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { bodyReader } from "../http/body-value.js";
import { readBody } from "../http/request-body.js";
import type { RequestMetadata } from "../http/request-metadata.js";
import { parseDuration } from "../http/request-target.js";
import { sendJson, sendNothing } from "../http/sending.js";
import { sendValue } from "../http/value-answer.js";
import type { IngressAnswers } from "./api.js";
import { keyLifetimeOf, timeoutOf } from "./durations.js";
import { assertServed } from "./served.js";

/** What the query of a call may hold. */
export const callQuery = ["handler", "type", "timeout"] as const;
/** What the query of a send may hold. */
export const sendQuery = ["handler", "type", "delay", "at", "cancellationToken"] as const;

/** What {@link OneMessage} works with. */
export interface OneMessageParts {
  readonly engine: EngineApi;
  readonly catalog: TypeCatalog;
  readonly maxBodyBytes: number;
  readonly metadata: RequestMetadata;
}

/** A request whose path names an address. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly filled: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How long the key of a request must be remembered, for clients whose retries end soon. */
const keyLifetimeHeader = "idempotency-key-lifetime";

const accepted: IngressAnswers["send"] = { status: "accepted" };

/** Carries out the requests of one message. */
export class OneMessage {
  readonly #parts: OneMessageParts;

  constructor(parts: OneMessageParts) {
    this.#parts = parts;
  }

  /** Answers with what the function answers. */
  async call(asked: Asked): Promise<void> {
    const { request, response, query } = asked;
    const address = addressOf(asked);
    const timeout = query.get("timeout");
    const timeoutMs = timeout === undefined ? undefined : timeoutOf(timeout);
    const gone = goneOf(request);
    // Many clients may wait for long, so the function that waits must not hold the value.
    const begin = (value: TypedValue) => {
      const options: Mutable<CallOptions> = keyOf(request);
      const from = fromOf(request);
      if (from !== undefined) options.from = from;
      if (timeoutMs !== undefined) options.timeoutMs = timeoutMs;
      options.signal = gone;
      return this.#parts.engine.call(address, value, options);
    };
    try {
      const answer = await this.#value(asked, address).then(begin);
      if (answer === undefined) {
        sendNothing(response);
        return;
      }
      const { catalog } = this.#parts;
      const learning = catalog.learnType?.(answer.typename);
      if (learning !== undefined) await learning;
      sendValue(catalog.find, request, response, answer);
    } catch (error) {
      if (!gone.aborted) throw error; // a client that has left takes no answer
    }
  }

  /** Answers when the message is on disk. */
  async send(asked: Asked): Promise<void> {
    const { request, response, query } = asked;
    const address = addressOf(asked);
    const delay = query.get("delay");
    const cancellationToken = query.get("cancellationToken");
    const at = query.get("at");
    assertOneTime("The request", delay, at);
    assertTokenHasTime(cancellationToken, delay, at);
    const atMs = at === undefined ? undefined : parseInstant(at, "at");
    const delayMs = delay === undefined ? undefined : parseDuration("delay", "DELAY_INVALID", delay);
    const value = await this.#value(asked, address);
    await this.#parts.engine.send(address, value, {
      ...keyOf(request),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(atMs === undefined ? {} : { atMs }),
      ...(cancellationToken === undefined ? {} : { cancellationToken }),
    });
    sendJson(response, 202, accepted);
  }

  /** Reads the message. Everything that can be wrong with the rest of the request is checked before the body is read. */
  async #value({ request, query }: Asked, address: Address): Promise<TypedValue> {
    assertServed(this.#parts.engine, address);
    const learning = this.#parts.catalog.learn?.(address.typeName);
    if (learning !== undefined) await learning;
    const read = bodyReader(this.#parts.catalog, address.typeName, request, query);
    const metadata = this.#parts.metadata.of(request);
    return read(await readBody(request, this.#parts.maxBodyBytes)).withMetadata(metadata);
  }
}

/** The signals of the connections whose clients have called. */
const connections = new WeakMap<Socket, AbortSignal>();

/** A signal that aborts when the client has left. The calls of one connection share it, because a signal is costly to make. */
function goneOf({ socket }: IncomingMessage): AbortSignal {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const gone = new AbortController();
  connections.set(socket, gone.signal);
  socket.once("close", () => gone.abort());
  return gone.signal;
}

/** Throws TYPE_NAME_INVALID and ID_MISSING. */
export function addressOf({ filled: { namespace = "", name = "", id = "" } }: Pick<Asked, "filled">): Address {
  if (namespace === "" || name === "" || name.includes("/")) {
    throw new StatefunError(
      "TYPE_NAME_INVALID",
      `The path has the namespace "${namespace}" and the name "${name}". Neither may be empty, and a name holds no slash.`,
    );
  }
  if (id === "") throw new StatefunError("ID_MISSING", `The path has no id for ${namespace}/${name}.`);
  return new Address(namespace, name, id);
}

/** Throws OPTION_INVALID and DURATION_INVALID. */
export function keyOf({ headers }: IncomingMessage): { idempotencyKey?: string; keyLifetimeMs?: number } {
  const key = idempotencyKeyOption(headers["idempotency-key"] as string | undefined, "Idempotency-Key", "The request");
  if (key === undefined) return {};
  const lifetime = headers[keyLifetimeHeader] as string | undefined;
  return lifetime === undefined
    ? { idempotencyKey: key }
    : { idempotencyKey: key, keyLifetimeMs: keyLifetimeOf("Idempotency-Key-Lifetime", lifetime) };
}

/** The address whose handler waits for the answer. Throws OPTION_INVALID. */
function fromOf({ headers }: IncomingMessage): Address | undefined {
  const text = headers[fromHeader] as string | undefined;
  return text === undefined ? undefined : addressOfHeader(text);
}
