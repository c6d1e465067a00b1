// Our functions beside those of the JavaScript, Python, Go and Java SDKs 3.3, on StateFun 3.3.

import { testExchange } from "./exchange.ts";

testExchange({
  version: "3.3",
  peers: { js: "js", python: "python", go: "go", java: "java" },
  limits: {
    js: { absent: ["long", "double"], losesMinusZero: "reading and writing" },
    python: { losesMinusZero: "reading and writing" },
    java: { losesMinusZero: "writing" },
  },
});
