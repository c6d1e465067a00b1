import { statefunListener } from "../../src/serve/hosts/node.js";
import { conformance } from "./conformance.ts";
import { listen } from "./listen.ts";

conformance("node:http", (handler, options) => listen(statefunListener(handler, options)));
