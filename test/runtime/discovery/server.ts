// Serves the functions in a process of their own, and sends the port to the process that has started it.

import { serve } from "../../../src/serve/hosts/node.js";
import { functions } from "./cart.js";

const server = await serve(functions, { port: Number(process.argv[2]), host: "127.0.0.1" });
process.send?.(server.port);
process.once("disconnect", () => process.exit());
