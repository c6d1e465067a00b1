// The HTTP ingress of StateFun's playground: PUT /<namespace>/<function>/<id> sends the body's bytes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { Address } from "../../model/address.js";
import type { Logger } from "../../model/logger.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { ObserveAnswer } from "../http/answering.js";
import { bytesReader } from "../http/body-value.js";
import { type HttpServer, listen } from "../http/listening.js";
import { readBody } from "../http/request-body.js";
import { targetOf } from "../http/request-target.js";
import { assertMethod, sendBody } from "../http/sending.js";
import { assertServed } from "./served.js";

/** Options of {@link openPlaygroundIngress}. */
export interface PlaygroundIngressOptions {
  /** The port to listen on; 0 picks a free one. */
  readonly port: number;
  /** The largest body, in bytes. Defaults to 32 MiB, the most that Flink sends to a function in one call. */
  readonly maxBodyBytes?: number | undefined;
  /** Takes a line for every answer with status 500. Defaults to stderr. */
  readonly logger?: Logger | undefined;
  /** Counts each answer. Defaults to nothing. */
  readonly observe?: ObserveAnswer | undefined;
}

const contentTypePrefix = "application/vnd.";
const defaultType = "io.statefun.types/string";

/**
 * Starts to listen. A request is answered with 200 and no body once its message is on disk. Rejects with ADDRESS_IN_USE
 * and OPTION_INVALID.
 */
export function openPlaygroundIngress(
  engine: EngineApi,
  catalog: TypeCatalog,
  options: PlaygroundIngressOptions,
): Promise<HttpServer> {
  const { port, logger, observe, maxBodyBytes = 32 * 1024 * 1024 } = options;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // The playground's own server takes every method. Its examples use PUT.
    assertMethod(request, "PUT", "POST");
    const address = addressOf(request.url as string);
    assertServed(engine, address);
    const learning = catalog.learn?.(address.typeName);
    if (learning !== undefined) await learning;
    const read = bytesReader(catalog, address.typeName, typenameOf(request));
    await engine.send(address, read(await readBody(request, maxBodyBytes)));
    sendBody(response, 200, "text/plain", "");
  };
  return listen({ name: "The playground ingress", option: "port in the module file", port, logger, observe }, answer);
}

/** Throws NOT_FOUND. */
function addressOf(url: string): Address {
  const parts = [...targetOf(url).parts];
  // The playground's own server ignores slashes at the end.
  while (parts.at(-1) === "") parts.pop();
  const [namespace, name, id] = parts;
  if (parts.length !== 3 || !namespace || !name || !id) {
    throw new StatefunError("NOT_FOUND", "The path must be /<namespace>/<function>/<id>.");
  }
  return new Address(namespace, name, id);
}

function typenameOf(request: IncomingMessage): string {
  const contentType = request.headers["content-type"];
  if (contentType?.startsWith(contentTypePrefix) !== true) return defaultType;
  return (contentType.split(";", 1)[0] as string).slice(contentTypePrefix.length).trim();
}
