// Serves functions in a process of their own, and sends the port to the process that has started it.

import { serve } from "../../../src/serve/hosts/node.js";
import { functions } from "./cart.js";
import { functions as next } from "./cart-2.js";

const [, , port, version] = process.argv;
const server = await serve(version === "next" ? next : functions, { port: Number(port), host: "127.0.0.1" });
process.send?.(server.port);
process.once("disconnect", () => process.exit());
