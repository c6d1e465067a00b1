// Starts a real Kafka broker, one KRaft node, as a child process.

import { buildProgram } from "../build.ts";
import { freePorts, JavaProcess } from "../java-process.ts";

/** How to start the broker. */
export interface BrokerOptions {
  /** Holds the broker's data. */
  dir: string;
  /** The heap in MiB. Defaults to 256. */
  heapMb?: number;
  /** Called with every line that the broker prints. */
  log?: (line: string) => void;
}

/** A running broker. */
export interface Broker {
  /** Its address for clients, "127.0.0.1:<port>". */
  readonly address: string;
  /** The last lines that the broker printed. */
  readonly tail: string;
  /** Kills the broker at once. What the broker has acknowledged stays in its folder. */
  kill(): Promise<void>;
}

/**
 * Starts a broker and waits until it serves clients. A topic must be created before it is used.
 *
 * The first call downloads about 70 MB from Maven Central.
 */
export async function startBroker({ dir, heapMb = 256, log }: BrokerOptions): Promise<Broker> {
  const classPath = await buildProgram("kafka");
  // Another process may take a free port before the broker does, so this tries three times.
  for (let attempt = 1; ; attempt++) {
    const [port, controllerPort] = (await freePorts(2)) as [number, number];
    const args = [`-Xmx${heapMb}m`, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"];
    args.push("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath, "statefun.ts.kafka.Broker");
    const child = new JavaProcess("The Kafka broker", [...args, dir, `${port}`, `${controllerPort}`], log);
    try {
      await child.until("it was ready", (lines) => lines.includes("READY"));
      return {
        address: `127.0.0.1:${port}`,
        get tail() {
          return child.tail;
        },
        kill: () => child.kill(),
      };
    } catch (error) {
      await child.kill();
      if (attempt === 3) throw error;
    }
  }
}
