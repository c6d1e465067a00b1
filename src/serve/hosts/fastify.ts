// The adapter for Fastify.

import type { FastifyPluginAsync, FastifyReply } from "fastify";
import { StatefunError } from "../../errors.js";
import { RequestReplyHandler } from "../../functions/request-reply.js";
import type { StatefulFunctions } from "../../functions/stateful-functions.js";
import { type HttpAnswer, HttpEndpoint, requestOf, type ServeOptions } from "../adapter.js";

export type { ServeOptions } from "../adapter.js";

/**
 * Makes a plugin that serves functions, or a shared handler, at one path. The prefix with which the plugin is registered goes
 * before the path. Closing the application finishes the calls in flight first. It does not close a shared handler. Throws
 * OPTION_INVALID.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { statefun } from "statefun-ts/fastify";
 * import { functions } from "./functions.js";
 *
 * const app = Fastify();
 * await app.register(statefun(functions));
 * await app.listen({ port: 8000 });
 * ```
 */
export function statefun(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): FastifyPluginAsync {
  const endpoint = new HttpEndpoint(served, options);
  for (const path of [endpoint.path, endpoint.healthPath]) {
    if (!path?.includes("*")) continue;
    throw new StatefunError("OPTION_INVALID", `"${path}" has a star, which Fastify takes for any text. Leave it out.`);
  }
  return async (app) => {
    // Inside this plugin only, Fastify leaves bodies of every type unread: the endpoint checks and reads them.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.all(literal(endpoint.path), async ({ raw }, reply) => {
      return send(reply, await endpoint.answer(requestOf(raw, reply.raw)));
    });
    const { healthPath, describePath } = endpoint;
    if (healthPath !== undefined) {
      app.get(literal(healthPath), async ({ raw }, reply) => send(reply, endpoint.health(requestOf(raw, reply.raw))));
    }
    if (describePath !== undefined) {
      app.get(literal(describePath), async ({ raw }, reply) => {
        return send(reply, endpoint.describe(requestOf(raw, reply.raw)));
      });
    }
    if (!(served instanceof RequestReplyHandler)) app.addHook("preClose", () => endpoint.close());
  };
}

/** Escapes a path for Fastify, where a colon would begin a parameter. */
const literal = (path: string) => path.replaceAll(":", "::");

function send(reply: FastifyReply, { status, headers, body }: HttpAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
