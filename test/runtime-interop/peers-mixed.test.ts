// Functions of the Python SDK 2.2 beside ours and those of SDKs 3.3: messages between them change their form.

import { testPeers } from "./suite.js";

testPeers({
  peers: { python: "python-2.2", js: "js", go: "go" },
  limits: {
    js: { absent: ["long", "double"], losesMinusZero: "reading and writing" },
    python: { losesMinusZero: "reading and writing" },
  },
});
