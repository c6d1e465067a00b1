// A proxy before a peer with an address that stays, as a load balancer's does: a peer that comes back has another port.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Front {
  /** The port to connect to. Without one, connections are reset. */
  port: number | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((client) => {
      if (this.port === undefined) {
        client.resetAndDestroy();
        return;
      }
      const peer = connect(this.port, "127.0.0.1");
      for (const [socket, other] of [
        [client, peer],
        [peer, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  static async open(): Promise<Front> {
    const front = new Front();
    front.#server.listen(0, "127.0.0.1");
    await once(front.#server, "listening");
    return front;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/statefun`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
