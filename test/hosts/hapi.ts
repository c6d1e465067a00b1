// An adapter for hapi, written from docs/writing-an-adapter.md alone: it imports nothing but what that page names.

import type { Plugin, Request, ResponseToolkit } from "@hapi/hapi";
import type { RequestReplyHandler, StatefulFunctions } from "statefun-ts";
import { type HttpAnswer, HttpEndpoint, requestOf, type ServeOptions } from "statefun-ts/adapter";

/** Makes a hapi plugin that serves functions at one path. */
export function statefunPlugin(served: StatefulFunctions | RequestReplyHandler, options?: ServeOptions): Plugin<void> {
  const endpoint = new HttpEndpoint(served, options);
  const asked = ({ raw }: Request) => requestOf(raw.req, raw.res);
  const send = (h: ResponseToolkit, { status, headers, body }: HttpAnswer) => {
    const response = h.response(Buffer.from(body)).code(status);
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
    return response;
  };
  const call = async (request: Request, h: ResponseToolkit) => send(h, await endpoint.answer(asked(request)));
  return {
    name: "statefun",
    register: (server) => {
      // hapi refuses the option for the body on a GET, which has no body.
      server.route({ method: "GET", path: endpoint.path, handler: call });
      // hapi must neither parse nor read the body: it would check the content type itself, and unpack a gzip body.
      const payload = { parse: false, output: "stream", maxBytes: Number.MAX_SAFE_INTEGER } as const;
      server.route({ method: "*", path: endpoint.path, options: { payload }, handler: call });
      const { healthPath, describePath } = endpoint;
      if (healthPath !== undefined) {
        server.route({
          method: "GET",
          path: healthPath,
          handler: (request, h) => send(h, endpoint.health(asked(request))),
        });
      }
      if (describePath !== undefined) {
        server.route({
          method: "GET",
          path: describePath,
          handler: (request, h) => send(h, endpoint.describe(asked(request))),
        });
      }
      server.ext("onPreStop", () => endpoint.close());
    },
  };
}
