// Who holds a data folder, as the folder's file OWNER says it, and whether that holder still lives.

import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { hostname } from "node:os";

/** The content of the file OWNER. A person reads it too. */
export interface Owner {
  /** A random text that no other owner has. */
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** When the folder was opened, in ISO 8601, by the owner's clock. */
  readonly since: string;
  /** The folder's path and its identity in the file system: a copy of the folder holds a copy of this file. */
  readonly folder: string;
  readonly inode: string;
  /** The run of the kernel, the namespace of its processes, and the machine. All are empty where there is no /proc. */
  readonly boot: string;
  readonly namespace: string;
  readonly machine: string;
  /** The thread's path under /proc, and when the thread began. A number that is used again has another beginning. */
  readonly task: string;
  readonly started: string;
}

/** Whether an owner lives. "unknown" when nothing on this machine can prove either. */
export type Life = "alive" | "dead" | "unknown";

/** Linux gives this number to the namespace that a machine starts with. A process in this namespace is in no container. */
const namespaceOfMachine = "pid:[4026531836]";

/** Describes the calling thread as the owner of a folder. */
export function ownerHere(folder: string): Owner {
  const task = read(() => readlinkSync("/proc/thread-self"));
  const started = task === "" ? "" : (beginningOf(task) ?? "");
  const proc = started !== "";
  const { dev, ino } = statSync(folder, { bigint: true });
  return {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    folder,
    inode: `${dev}:${ino}`,
    boot: proc ? read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) : "",
    namespace: proc ? read(() => readlinkSync("/proc/self/ns/pid")) : "",
    machine: proc ? read(() => readFileSync("/etc/machine-id", "utf8").trim()) : "",
    task,
    started,
  };
}

const texts = ["host", "since", "folder", "inode", "boot", "namespace", "machine", "task", "started"] as const;

/** Reads the content of a file OWNER. Undefined when the text is no whole record. */
export function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    // The token becomes a part of a file's name.
    const isWhole = /^[\w-]+$/.test(owner.token) && Number.isSafeInteger(owner.pid);
    return isWhole && texts.every((name) => typeof owner[name] === "string") ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Judges an owner by what this machine knows of it. */
export function lifeOf(owner: Owner, here: Owner): Life {
  if (isSameSystem(owner, here)) {
    // This file is a copy: its owner holds the folder from which it was copied.
    if (owner.inode !== here.inode && owner.folder !== here.folder) return "dead";
    const started = beginningOf(owner.task);
    if (started !== undefined) return started === owner.started ? "alive" : "dead";
    if (!exists(owner.pid)) return "dead";
    // The process is there. Its thread has ended, or /proc hides the processes of other users.
    return beginningOf(owner.task.replace(/\/.*/, "")) === undefined ? "unknown" : "dead";
  }
  if (hasRestarted(owner, here)) return "dead";
  // Without /proc, a process with the owner's number may be another process. Only the lack of such a process proves something.
  if (owner.boot === "" && here.boot === "" && owner.host === here.host && !exists(owner.pid)) return "dead";
  return "unknown";
}

/** Whether the owner's process is this one. */
export function isThisProcess(owner: Owner, here: Owner): boolean {
  return (
    owner.pid === here.pid && owner.host === here.host && owner.boot === here.boot && owner.namespace === here.namespace
  );
}

/** Whether both owners number their processes in the same namespace of the same run of a kernel. */
function isSameSystem(owner: Owner, here: Owner): boolean {
  return here.boot !== "" && here.namespace !== "" && owner.boot === here.boot && owner.namespace === here.namespace;
}

/** Whether the owner's machine is this one, and was started again since. Containers of several machines may share a name and id. */
function hasRestarted(owner: Owner, here: Owner): boolean {
  return (
    owner.boot !== "" &&
    owner.boot !== here.boot &&
    here.machine !== "" &&
    owner.machine === here.machine &&
    owner.host === here.host &&
    owner.namespace === namespaceOfMachine &&
    here.namespace === namespaceOfMachine
  );
}

/**
 * When a process or thread began, in the clock ticks of its machine. Empty when the process has ended and its parent has not
 * noticed yet. Undefined when there is no such process, or it can't be seen.
 */
function beginningOf(task: string): string | undefined {
  const stat = read(() => readFileSync(`/proc/${task}/stat`, "utf8"));
  if (stat === "") return undefined;
  // The name of the program comes second, in parentheses, and may hold spaces and parentheses itself.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? "" : rest[18];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function read(text: () => string): string {
  try {
    return text();
  } catch {
    return "";
  }
}
