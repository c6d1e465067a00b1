// Functions of the JavaScript, Python, Go and Java SDKs 3.3 beside ours.

import { testPeers } from "./suite.js";

testPeers({
  peers: { js: "js", python: "python", go: "go", java: "java" },
  limits: {
    js: { absent: ["long", "double"], losesMinusZero: "reading and writing" },
    python: { losesMinusZero: "reading and writing" },
    java: { losesMinusZero: "writing" },
  },
});
