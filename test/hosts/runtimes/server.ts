// The hosts' functions as a module with a fetch function, which Bun, Deno and workerd each serve as it is.

import { statefunFetch } from "statefun-ts/fetch";
import { functions } from "../functions.ts";
import { maxBodyBytes } from "../limits.ts";

const quiet = { error: () => {}, warn: () => {} };
const serveFunctions = statefunFetch(functions(), { maxBodyBytes, logger: quiet });

export default {
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname !== "/close") return serveFunctions(request);
    await serveFunctions.close();
    return new Response("closed\n");
  },
};
