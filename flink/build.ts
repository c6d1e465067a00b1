// Builds a Java project with Maven, once: a stamp of its sources shows whether the last build is still current.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The StateFun releases that can be started. */
export type FlinkVersion = "3.3" | "2.2";

const here = fileURLToPath(new URL(".", import.meta.url));
const INSTALL = "Install a JDK (17) and Maven (3.8 or later), on Debian: apt-get install openjdk-17-jdk-headless maven";

/**
 * Builds StateFun with its journal and egress files, unless that is done, and returns the class path.
 *
 * The first call downloads about 300 MB from Maven Central into Maven's local repository.
 * Two processes may call this at once: one builds, the other waits.
 */
export function buildFlink(version: FlinkVersion): Promise<string> {
  return buildOwn(`flink-${version}`, "flink-common");
}

/** Builds one of the other Java programs of this folder, unless that is done, and returns its class path. */
export function buildProgram(name: "cluster-3.3" | "kafka"): Promise<string> {
  return buildOwn(name);
}

/** Builds a project of this folder with the sources that it shares with others. */
function buildOwn(name: string, ...shared: readonly string[]): Promise<string> {
  const sources = [name, "stdin-watcher", ...shared].map((folder) => join(here, folder, "src"));
  return buildMaven(join(here, name), sources);
}

/**
 * Builds a Maven project unless that is done, and returns its class path.
 *
 * `mvn process-classes` has to write the class path of its dependencies to `target/classpath`.
 */
export async function buildMaven(project: string, sources = [join(project, "src")]): Promise<string> {
  const target = join(project, "target");
  const stamp = await stampOf(project, sources);
  const built = await builtClassPath(target, stamp);
  if (built !== undefined) return built;

  await mkdir(target, { recursive: true });
  const unlock = await lock(join(target, "lock"));
  try {
    const builtMeanwhile = await builtClassPath(target, stamp);
    if (builtMeanwhile !== undefined) return builtMeanwhile;
    // Delete the stamp first: an interrupted build must not look current.
    await rm(join(target, "stamp"), { force: true });
    // Maven leaves the classes of deleted sources behind.
    await rm(join(target, "classes"), { recursive: true, force: true });
    await rm(join(target, "maven-status"), { recursive: true, force: true });
    await maven(project);
    await writeFile(join(target, "stamp"), stamp);
    const classPath = await builtClassPath(target, stamp);
    if (classPath === undefined) throw new Error(`Maven built ${project} but its class path has missing files`);
    return classPath;
  } finally {
    await unlock();
  }
}

/** Returns the java command, of JAVA_HOME when that is set. */
export function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home ? join(home, "bin", "java") : "java";
}

/** An error that says how to install the program that could not be started. */
export function missingTool(command: string, cause: unknown): Error {
  const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "is not installed" : String(cause);
  return new Error(`${command}: ${reason}. ${INSTALL}`, { cause });
}

async function stampOf(project: string, sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const root of sources) {
    for (const name of (await readdir(root, { recursive: true })).sort()) {
      if (!/\.(java|properties)$/.test(name)) continue;
      hash
        .update(name)
        .update("\0")
        .update(await readFile(join(root, name)));
    }
  }
  return hash.update(await readFile(join(project, "pom.xml"))).digest("hex");
}

async function builtClassPath(target: string, stamp: string): Promise<string | undefined> {
  try {
    if ((await readFile(join(target, "stamp"), "utf8")) !== stamp) return undefined;
    const dependencies = (await readFile(join(target, "classpath"), "utf8")).trim().split(delimiter);
    // Somebody may have emptied Maven's local repository since.
    if (!dependencies.every((file) => existsSync(file))) return undefined;
    return [join(target, "classes"), ...dependencies].join(delimiter);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function maven(project: string): Promise<void> {
  const child = spawn("mvn", ["-B", "-q", "process-classes"], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const kill = () => child.kill();
  process.once("exit", kill);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", (error) => reject(missingTool("mvn", error)));
      child.on("close", resolve);
    });
    if (code !== 0)
      throw new Error(`mvn process-classes in ${project} ended with ${code}.\n${output.trim()}\n${INSTALL}`);
  } finally {
    process.off("exit", kill);
  }
}

/** Takes a lock file, which holds its owner's process id. The lock of a process that is gone counts for nothing. */
export async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    await delay(200);
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    // An empty file is a lock whose owner is about to write its process id.
    if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
