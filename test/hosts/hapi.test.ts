import { server as createServer } from "@hapi/hapi";
import { conformance } from "./conformance.ts";
import { statefunPlugin } from "./hapi.ts";

conformance(
  "hapi, by the page on writing an adapter",
  async (handler, options) => {
    const server = createServer({ host: "127.0.0.1", port: 0 });
    await server.register(statefunPlugin(handler, options));
    server.route({ method: "GET", path: "/elsewhere", handler: () => "elsewhere" });
    await server.start();
    return { origin: server.info.uri, stop: () => server.stop({ timeout: 0 }) };
  },
  { elsewhere: 200 },
);
