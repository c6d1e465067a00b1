// Starts a StateFun 3.3 cluster of two processes, a JobManager and a TaskManager that can be killed and started again.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildProgram } from "../build.ts";
import { freePorts, JavaProcess } from "../java-process.ts";

/** How to start the cluster. */
export interface ClusterOptions {
  /** Holds the configuration, the module file and the checkpoints. */
  dir: string;
  /** The module file's text. */
  module: string;
  /** Tasks of each operator, and slots of the TaskManager. Defaults to 1. */
  parallelism?: number;
  /** Defaults to 500 ms. */
  checkpointIntervalMs?: number;
  /** Called with every line that a process prints. */
  log?: (line: string) => void;
}

/** Starts a cluster and waits until all tasks of its job run. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const classPath = await buildProgram("cluster-3.3");
  await mkdir(options.dir, { recursive: true });
  const module = join(options.dir, "module.yaml");
  await writeFile(module, options.module);
  const [rpcPort, restPort] = (await freePorts(2)) as [number, number];
  await writeFile(join(options.dir, "flink-conf.yaml"), configuration(options, rpcPort, restPort));
  const cluster = new Cluster(options, classPath, module);
  try {
    cluster.startTaskManager();
    await cluster.untilRunning();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #classPath: string;
  readonly #jobManager: JavaProcess;
  #taskManager: JavaProcess | undefined;
  /** The statuses of the job that the JobManager printed, the newest last. */
  readonly #statuses: string[] = [];

  /** Use {@link startCluster}. */
  constructor(options: ClusterOptions, classPath: string, module: string) {
    this.#options = options;
    this.#classPath = classPath;
    this.#jobManager = this.#java("JobManager", 256, [options.dir, module], (line) => {
      const [, status] = /^STATUS (\w+)$/.exec(line) ?? [];
      if (status !== undefined) this.#statuses.push(status);
    });
  }

  /** The job's statuses so far, for example RUNNING, RESTARTING, RUNNING. */
  get statuses(): readonly string[] {
    return [...this.#statuses];
  }

  /** The last lines that both processes printed. */
  get tail(): string {
    return `JobManager:\n${this.#jobManager.tail}\nTaskManager:\n${this.#taskManager?.tail ?? ""}`;
  }

  /** Waits until all tasks run, after the job has been RESTARTING this many times. */
  async untilRunning({ restarts = 0 } = {}): Promise<void> {
    const hasRestarted = () => this.#statuses.filter((status) => status === "RESTARTING").length >= restarts;
    const isRunning = () => hasRestarted() && this.#statuses.at(-1) === "RUNNING";
    try {
      await this.#jobManager.until("all tasks ran", isRunning);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.tail}`, { cause: error });
    }
  }

  /** Starts a TaskManager, the first one or the one after a crash. */
  startTaskManager(): void {
    this.#taskManager = this.#java("TaskManager", 384, ["--configDir", this.#options.dir]);
  }

  /** Kills the TaskManager at once (SIGKILL): the job restarts from its last checkpoint when there is another one. */
  async killTaskManager(): Promise<void> {
    await this.#taskManager?.kill();
  }

  /** Kills both processes. */
  async stop(): Promise<void> {
    await Promise.all([this.#taskManager?.kill(), this.#jobManager.kill()]);
  }

  #java(name: string, heapMb: number, args: string[], log?: (line: string) => void): JavaProcess {
    const jvm = [`-Xmx${heapMb}m`, "-XX:MaxDirectMemorySize=192m", "-XX:+UseSerialGC"];
    jvm.push("-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError");
    // Flink's closure cleaner and the Kafka sink use reflection on these packages.
    for (const opened of ["java.lang", "java.util", "java.util.concurrent.atomic"]) {
      jvm.push(`--add-opens=java.base/${opened}=ALL-UNNAMED`);
    }
    // Flink checks the addresses in its configuration with a class of Java's own.
    jvm.push("--add-exports=java.base/sun.net.util=ALL-UNNAMED");
    jvm.push(`-Djava.io.tmpdir=${this.#options.dir}`, "-cp", this.#classPath, `statefun.ts.cluster.${name}`);
    return new JavaProcess(name, [...jvm, ...args], (line) => {
      log?.(line);
      this.#options.log?.(`${name}: ${line}`);
    });
  }
}

function configuration(options: ClusterOptions, rpcPort: number, restPort: number): string {
  const { dir, parallelism = 1, checkpointIntervalMs = 500 } = options;
  const settings: Record<string, string | number> = {
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.rpc.port": rpcPort,
    "jobmanager.bind-host": "127.0.0.1",
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    "rest.port": restPort,
    "rest.bind-port": restPort,
    "taskmanager.host": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "taskmanager.numberOfTaskSlots": parallelism,
    "parallelism.default": parallelism,
    "io.tmp.dirs": dir,

    // Flink's shell scripts would compute these sizes. Without the scripts, Flink needs every one of them.
    "taskmanager.cpu.cores": parallelism,
    "taskmanager.memory.framework.heap.size": "128m",
    "taskmanager.memory.framework.off-heap.size": "64m",
    "taskmanager.memory.task.heap.size": "256m",
    "taskmanager.memory.task.off-heap.size": "64m",
    "taskmanager.memory.network.min": "64m",
    "taskmanager.memory.network.max": "64m",
    "taskmanager.memory.managed.size": "0m",
    "taskmanager.memory.jvm-metaspace.size": "192m",
    "taskmanager.memory.jvm-overhead.min": "192m",
    "taskmanager.memory.jvm-overhead.max": "192m",

    // The JobManager prints its cached view of the job; this is how often it is renewed, in milliseconds.
    "web.refresh-interval": 20,
    // The JobManager notices a killed TaskManager by missing heartbeats.
    "heartbeat.interval": 500,
    "heartbeat.timeout": 3000,
    "restart-strategy": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": 20,
    "restart-strategy.fixed-delay.delay": "200 ms",

    "execution.buffer-timeout": "5 ms",
    "state.backend": "hashmap",
    "state.checkpoints.dir": `file://${join(dir, "checkpoints")}`,
    "execution.checkpointing.interval": `${checkpointIntervalMs} ms`,
    "execution.checkpointing.mode": "EXACTLY_ONCE",
    "execution.checkpointing.max-concurrent-checkpoints": 1,
    "classloader.parent-first-patterns.additional": "org.apache.flink.statefun;org.apache.kafka;com.google.protobuf",
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}
