// Ports for programs that can't choose one themselves.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** So many ports of this machine on which nothing listens. All are held until the last one is found: no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
