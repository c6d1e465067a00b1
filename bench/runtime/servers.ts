// The servers under test, each in processes of its own: this package, Restate, and the floors.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { CallShape } from "./call-shape.ts";
import type { Restate } from "./prepare.ts";

/** A running server. */
export interface Server {
  readonly port: number;
  readonly pids: readonly number[];
  /** How the counter is called. */
  readonly counter: CallShape;
  stop(): Promise<void>;
}

/** What a process tells of its collections of young objects: the bytes that were allocated and promoted until now. */
export class Trace {
  readonly args = ["--trace-gc-nvp"];
  allocated = 0;
  promoted = 0;

  /** Reads the standard output of a process that was started with these arguments. */
  read({ stdout }: ChildProcess): void {
    createInterface({ input: stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const found = / gc=s .* allocated=(\d+) promoted=(\d+) /.exec(line);
      this.allocated += Number(found?.[1] ?? 0);
      this.promoted += Number(found?.[2] ?? 0);
    });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** The embedded runtime of this package with the bench's functions, which takes commands from the bench. */
export class Ours implements Server {
  port = 0;
  readonly counter: CallShape = { before: "/call/example/counter/", after: "", body: "1" };
  readonly #child: ChildProcess;
  #asked = 0;
  readonly #open = new Map<number, { resolve(result: any): void; reject(error: Error): void }>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", ({ id, result, error }: { id: number; result: unknown; error?: string }) => {
      const asked = this.#open.get(id);
      this.#open.delete(id);
      if (error === undefined) asked?.resolve(result);
      else asked?.reject(new Error(error));
    });
    child.on("exit", (code) => {
      for (const { reject } of this.#open.values()) reject(new Error(`our process ended with ${code}`));
    });
  }

  /** Starts the server on a data folder. */
  static async start(script: string, dir: string, trace?: Trace): Promise<Ours> {
    const child = fork(script, [dir], {
      execArgv: ["--expose-gc", ...(trace?.args ?? [])],
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", trace === undefined ? "inherit" : "pipe", "inherit", "ipc"],
    });
    trace?.read(child);
    const ours = new Ours(child);
    // The process sends its port when the runtime is open.
    ours.port = await ours.#answer<number>(0);
    return ours;
  }

  get pids(): readonly number[] {
    return [this.#child.pid as number];
  }

  /** Sends a command to the process; see ours.ts. */
  ask<T>(command: string, ...args: readonly unknown[]): Promise<T> {
    const id = ++this.#asked;
    const answer = this.#answer<T>(id);
    this.#child.send({ id, command, args });
    return answer;
  }

  async stop(): Promise<void> {
    await this.ask("stop");
    await ended(this.#child);
  }

  #answer<T>(id: number): Promise<T> {
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }
}

/** Starts Restate's server and the counter's process, and registers the counter. */
export async function startRestate(restate: Restate, dir: string): Promise<Server> {
  const env = { ...process.env, NODE_ENV: "production", RESTATE_LOGGING: "ERROR" };
  const service = spawn(process.execPath, [restate.service, "0"], { stdio: ["ignore", "pipe", "inherit"], env });
  const flags = ["--use-random-ports=true", "--no-logo", "--bind-ip=127.0.0.1", "--log-format=json"];
  const server = spawn(restate.server, [...flags, "--listen-mode=tcp", `--base-dir=${dir}`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, RESTATE_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "1" },
  });
  const kill = () => [service, server].map((child) => child.kill("SIGKILL"));
  process.once("exit", kill);
  const servicePort = lineOf(service, /^PORT (\d+)/);
  const admin = lineOf(server, /"server\.port":(\d+),"server_name":"admin-api-server"/);
  const port = Number(await lineOf(server, /"server\.port":(\d+),"server_name":"http-ingress-server"/));
  const registered = await fetch(`http://127.0.0.1:${await admin}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${await servicePort}` }),
  });
  if (registered.status !== 201) throw new Error(`Restate: ${registered.status} ${await registered.text()}`);
  return {
    port,
    pids: [service.pid as number, server.pid as number],
    counter: { before: "/counter/", after: "/add", body: "1" },
    async stop() {
      process.off("exit", kill);
      server.kill();
      await ended(server);
      service.kill();
      await ended(service);
    },
  };
}

/** Starts a floor of HTTP, which answers everything with 1. */
export async function startFloor(script: string, trace?: Trace): Promise<Server> {
  const answer = Buffer.from("1").toString("base64");
  const child = spawn(process.execPath, [...(trace?.args ?? []), script, "node", answer], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  trace?.read(child);
  return {
    port: Number(await lineOf(child, /^PORT (\d+)/)),
    pids: [child.pid as number],
    counter: { before: "/", after: "", body: "1" },
    async stop() {
      child.kill();
      await ended(child);
    },
  };
}

/** Waits for a line of a process's output. Reads on after it, so that a full pipe never stops the process. */
function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  const input = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  return new Promise((resolve, reject) => {
    input.on("line", (line) => {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    input.once("close", () => reject(new Error(`${child.spawnfile} ended without ${pattern}`)));
  });
}
