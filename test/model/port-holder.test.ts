import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { holderOfPort } from "../../src/model/port-holder.js";

for (const host of ["127.0.0.1", "::1"]) {
  test(`names the process that listens on a port of ${host}, and nobody once the port is free`, async (t) => {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    // Without /proc nothing tells who it is.
    assert.equal(holderOfPort(port), existsSync("/proc/net/tcp") ? process.pid : undefined);
    server.close();
    await once(server, "close");
    assert.equal(holderOfPort(port), undefined);
  });
}
