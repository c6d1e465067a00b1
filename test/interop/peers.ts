// The function servers written with the official SDKs: installs each once, and starts it as a child process.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import protobufjs from "protobufjs";
import "protobufjs/ext/descriptor.js";
import { buildMaven, javaCommand, lock } from "../../flink/build.ts";
import { parcelProto, valuesFile } from "./catalogue.ts";

export type PeerName = "js" | "python" | "python-echo" | "python-2.2" | "go" | "java";

const folderOf = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** How to install and start each peer. Git ignores everything that is installed. */
const recipes: Record<PeerName, () => Promise<Command>> = {
  js: async () => {
    const folder = folderOf("js");
    await once(folder, "js", ["package-lock.json"], async () => {
      await run(folder, "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    });
    return { program: process.execPath, args: [join(folder, "actor.js")] };
  },
  python: () => python("3.3", "actor_v3.py"),
  "python-echo": () => python("3.3", "echo_v3.py"),
  "python-2.2": () => python("2.2", "actor_v2.py"),
  go: async () => {
    const folder = folderOf("go");
    const sources = ["go.mod", "go.sum", "main.go", "catalogue.go"];
    await once(folder, "go", sources, async () => {
      await run(folder, "go", ["build", "-mod=mod", "-o", "target/peer", "."]);
    });
    return { program: join(folder, "target/peer"), args: [] };
  },
  java: async () => {
    const classPath = await buildMaven(folderOf("java"));
    const args = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath, "statefun.ts.peer.Main"];
    return { program: javaCommand(), args };
  },
};

async function python(version: string, script: string): Promise<Command> {
  // Python would write __pycache__ beside the sources.
  return { program: await pythonProgram(version), args: ["-B", join(folderOf("python"), script)] };
}

/** Installs the Python SDK of a version, and returns the Python that has it. */
export async function pythonProgram(version: string): Promise<string> {
  const folder = folderOf("python");
  const requirements = `requirements-${version}.txt`;
  const venv = join(folder, "target", `venv-${version}`);
  await once(folder, `venv-${version}`, [requirements], async () => {
    await rm(venv, { recursive: true, force: true });
    await run(folder, "python3", ["-m", "venv", venv]);
    await run(folder, join(venv, "bin/pip"), ["install", "--quiet", "-r", requirements]);
  });
  return join(venv, "bin/python");
}

/** Installs a peer, unless that was done before with the same sources. */
async function once(folder: string, name: string, sources: string[], install: () => Promise<void>): Promise<void> {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(await readFile(join(folder, source)));
  const stamp = hash.digest("hex");
  const file = join(folder, "target", `${name}.stamp`);
  const isDone = async () => (await readFile(file, "utf8").catch(() => "")) === stamp;
  if (await isDone()) return;
  await mkdir(join(folder, "target"), { recursive: true });
  const unlock = await lock(join(folder, "target", `${name}.lock`));
  try {
    if (await isDone()) return;
    await rm(file, { force: true });
    await install();
    await writeFile(file, stamp);
  } finally {
    await unlock();
  }
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${program} can't be started: ${error.message}`)));
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}.\n${output.trim()}`);
}

/** A running function server. It ends with this process. */
export class Peer {
  readonly name: PeerName;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #complaints: string[];

  private constructor(name: PeerName, port: number, child: ChildProcess, folder: string, complaints: string[]) {
    this.name = name;
    this.port = port;
    this.#child = child;
    this.#folder = folder;
    this.#complaints = complaints;
  }

  static async start(name: PeerName): Promise<Peer> {
    const { program, args } = await recipes[name]();
    const folder = await mkdtemp(join(tmpdir(), `statefun-peer-${name}-`));
    const descriptors = join(folder, "parcel.desc");
    await writeFile(descriptors, descriptorSet());
    const child = spawn(program, [...args, valuesFile, descriptors], { stdio: ["pipe", "pipe", "pipe"] });
    const complaints: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => complaints.push(line));
    child.stdin.on("error", () => {});
    const port = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => reject(new Error(`The peer ${name} ended with ${code}.\n${complaints.join("\n")}`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [, found] = /^PORT (\d+)$/.exec(line) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    });
    return new Peer(name, port, child, folder, complaints);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}/statefun`;
  }

  /** The last lines that the server wrote to stderr. */
  get complaints(): string {
    return this.#complaints.slice(-20).join("\n");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.stdin?.end();
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The descriptor of parcel.proto, as protoc would write it. protoc is not needed. */
function descriptorSet(): Uint8Array {
  const root = new protobufjs.Root().loadSync(parcelProto) as protobufjs.Root & { toDescriptor(edition: string): any };
  root.resolveAll();
  const set = root.toDescriptor("proto3");
  return set.$type.encode(set).finish();
}
