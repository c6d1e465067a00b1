// Starts a real Flink StateFun as a child process, sends it messages and reads the records of its egresses.

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { buildFlink, type FlinkVersion, javaCommand, missingTool } from "./build.ts";
import { EgressFile, type EgressRecord } from "./egress-file.ts";

export type { FlinkVersion } from "./build.ts";
export type { EgressRecord } from "./egress-file.ts";

const POLL_MS = 10;
const LOG_LINES = 2000;

/** Which StateFun to start, and how. */
export interface FlinkOptions {
  version: FlinkVersion;
  /** The module file's text. */
  module: string;
  /** Holds the journal, the checkpoints and the egress file. Defaults to a new temporary folder. */
  dir?: string;
  /** Egresses (`ns/name`) whose records `records()` returns. Defaults to none. */
  egresses?: string[];
  /** Restores the latest complete checkpoint in `dir`; fails when there is none. Defaults to false. */
  restore?: boolean;
  /** Defaults to 200 ms. */
  checkpointIntervalMs?: number;
  /** Defaults to 1. */
  parallelism?: number;
  /** How often a failed job is started again before the process ends. Defaults to 0. */
  restarts?: number;
  /** Java's heap in MiB. Defaults to 512. */
  heapMb?: number;
  /** Java's options. Defaults to `-XX:TieredStopAtLevel=1`, which starts fast; `[]` runs long ones faster. */
  javaOptions?: string[];
  /** Flink's REST port. Defaults to a free one. */
  restPort?: number;
  /** The least severe level that is logged, as Log4j names it. Defaults to WARN. */
  logLevel?: string;
  /** Called with every line that the process prints. */
  log?: (line: string) => void;
  /** How long to wait for all tasks to run. Defaults to 60000 ms. */
  timeoutMs?: number;
}

/**
 * Starts StateFun in one process and waits until all tasks of its job run.
 *
 * Rejects with the log's tail, which names the root cause, when the job fails before that.
 */
export async function startFlink(options: FlinkOptions): Promise<Flink> {
  const classPath = await buildFlink(options.version);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "statefun-flink-")));
  const files = filesOf(dir);
  await mkdir(files.tmp, { recursive: true });
  await writeFile(files.module, options.module);
  await writeFile(files.journal, "", { flag: "a" });
  const egressFile = new EgressFile(files.out);
  egressFile.cutTornLine();

  const child = spawn(javaCommand(), commandLine(options, classPath, dir), { stdio: ["pipe", "pipe", "pipe"] });
  const flink = new Flink(dir, child, egressFile, options.log);
  await flink.ready(options.timeoutMs ?? 60_000);
  return flink;
}

function filesOf(dir: string) {
  return {
    module: join(dir, "module.yaml"),
    journal: join(dir, "journal.jsonl"),
    out: join(dir, "egress.jsonl"),
    checkpoints: join(dir, "checkpoints"),
    /** Flink unpacks its RPC libraries here, 30 MB, and leaves them when it is killed. */
    tmp: join(dir, "tmp"),
  };
}

function commandLine(options: FlinkOptions, classPath: string, dir: string): string[] {
  const files = filesOf(dir);
  const args = [`-Xmx${options.heapMb ?? 512}m`, "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"];
  args.push(...(options.javaOptions ?? ["-XX:TieredStopAtLevel=1"]));
  // Flink's closure cleaner and its serializers use reflection on these packages.
  for (const name of ["java.lang", "java.util", "java.util.concurrent.atomic"]) {
    args.push(`--add-opens=java.base/${name}=ALL-UNNAMED`);
  }
  args.push(`-Djava.io.tmpdir=${files.tmp}`, "-cp", classPath, "statefun.ts.flink.Main");
  args.push("--until-stdin-closes", "--print-checkpoints");
  args.push("--module", files.module, "--journal", files.journal, "--out", files.out);
  args.push("--checkpoints", files.checkpoints);
  for (const egress of options.egresses ?? []) args.push("--egress", egress);
  if (options.restore) args.push("--restore");
  const numbers = {
    "--checkpoint-interval-ms": options.checkpointIntervalMs,
    "--parallelism": options.parallelism,
    "--restarts": options.restarts,
    "--rest-port": options.restPort,
    "--log-level": options.logLevel,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined) args.push(name, String(value));
  }
  return args;
}

/** How the process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running StateFun. Its process ends when this process ends, in whatever way. */
export class Flink {
  readonly dir: string;
  /** Settles when the process has ended, killed or not. */
  readonly exited: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #egressFile: EgressFile;
  readonly #log: string[] = [];
  #ended = false;
  #jobId = "";
  /** The number of the last complete checkpoint. */
  #completed = 0;

  /** Use {@link startFlink}. */
  constructor(dir: string, child: ChildProcess, egressFile: EgressFile, log?: (line: string) => void) {
    this.dir = dir;
    this.#child = child;
    this.#egressFile = egressFile;
    // The Java program halts when its stdin closes, so even a SIGKILL of this process ends it. Killing it here is faster.
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    this.exited = new Promise<Ended>((resolve, reject) => {
      child.on("error", (error) => reject(missingTool(javaCommand(), error)));
      child.on("close", (code, signal) => resolve({ code, signal }));
    }).finally(() => rm(filesOf(dir).tmp, { recursive: true, force: true }));
    const end = () => {
      this.#ended = true;
      process.off("exit", kill);
    };
    this.exited.then(end, end);
    child.stdin?.on("error", () => {});
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        const [, word, value] = /^(JOB|CHECKPOINT) (\w+)$/.exec(line) ?? [];
        if (word === "JOB") this.#jobId = value as string;
        if (word === "CHECKPOINT") {
          this.#completed = Number(value);
          return;
        }
        if (this.#log.push(line) > LOG_LINES) this.#log.shift();
        log?.(line);
      });
    }
  }

  /** The last 2000 lines that the process printed. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** The id of the Java process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when all tasks run. {@link startFlink} has already waited for that. */
  async ready(timeoutMs: number): Promise<void> {
    try {
      await this.#until("all tasks run", timeoutMs, () => this.#log.includes("READY"));
    } catch (error) {
      await this.kill().catch(() => {});
      throw error;
    }
  }

  /** Appends a message to the journal. Messages arrive in the order of these calls. */
  send(target: string, id: string, typename: string, value: Uint8Array): void {
    const line = { target, id, typename, value: Buffer.from(value).toString("base64") };
    appendFileSync(filesOf(this.dir).journal, `${JSON.stringify(line)}\n`);
  }

  /**
   * Returns all egress records so far, with those of earlier processes in the same folder.
   *
   * The egress file is at least once: a restored job can write records again.
   */
  records(): EgressRecord[] {
    return this.#egressFile.read();
  }

  /** Waits for records and returns them. Rejects with the log's tail when the time is over or the process ends. */
  async waitForRecords(
    predicate: (records: EgressRecord[]) => boolean,
    { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
  ): Promise<EgressRecord[]> {
    await this.#until("the expected egress records", timeoutMs, () => predicate(this.records()));
    return this.records();
  }

  /**
   * Waits for a complete checkpoint that began after this call, and returns its number.
   *
   * @param options.after - a checkpoint number: waits for any later one instead.
   */
  async waitForCheckpoint({
    after = this.#lastBegun(),
    timeoutMs = 30_000,
  }: {
    after?: number;
    timeoutMs?: number;
  } = {}): Promise<number> {
    await this.#until(`a checkpoint after number ${after}`, timeoutMs, () => this.#completed > after);
    return this.#completed;
  }

  /** Kills the process at once (SIGKILL), as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  /** Cancels the job in order, and kills the process when that takes longer than ten seconds. */
  async stop(): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    try {
      await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The number of the last checkpoint that began: Flink makes its folder before any task takes part. */
  #lastBegun(): number {
    const numbers = list(join(filesOf(this.dir).checkpoints, this.#jobId))
      .filter((name) => name.startsWith("chk-"))
      .map((name) => Number(name.slice("chk-".length)));
    return Math.max(this.#completed, ...numbers);
  }

  async #until(what: string, timeoutMs: number, isTrue: () => boolean): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!isTrue()) {
      if (this.#ended) {
        // Rejects by itself when java could not be started at all.
        const { code, signal } = await this.exited;
        throw new Error(`Flink ended (${signal ?? code}) before ${what}.\n${this.#tail()}`);
      }
      if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.\n${this.#tail()}`);
      await delay(POLL_MS);
    }
  }

  #tail(): string {
    const lines = this.#log.filter((line) => !/^\s+(at |\.\.\. \d+ more)/.test(line));
    return `In ${this.dir}; the log's end, without stack frames:\n${lines.slice(-40).join("\n")}`;
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    // not there yet, or removed by a later checkpoint
    return [];
  }
}
