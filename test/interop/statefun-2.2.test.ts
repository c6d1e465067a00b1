// Our functions beside those of the Python SDK 2.2, on StateFun 2.2.

import { testExchange } from "./exchange.ts";

testExchange({
  version: "2.2",
  peers: { python: "python-2.2" },
  limits: { python: { losesMinusZero: "reading and writing" } },
});
