// Finds the process that listens on a port of this machine, where /proc tells: on Linux, for processes of the same user.

/** The id of the process that listens on a TCP port. Undefined when nothing tells it. */
export function holderOfPort(port: number): number | undefined {
  // Not imported: this room runs on every host.
  const { readdirSync, readFileSync, readlinkSync } = process.getBuiltinModule("node:fs");
  const sockets = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
      socketsIn(
        tried(() => readFileSync(table, "utf8"), ""),
        port,
      ),
    ),
  );
  if (sockets.size === 0) return undefined;
  return tried(() => readdirSync("/proc"), [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      const folder = `/proc/${pid}/fd`;
      return tried(() => readdirSync(folder), []).some((file) =>
        sockets.has(tried(() => readlinkSync(`${folder}/${file}`), "")),
      );
    });
}

/** The kernel's number for a socket that listens. */
const listening = "0A";

/** The sockets in a table of the kernel that listen on a port, as the file descriptors of their processes name them. */
function socketsIn(table: string, port: number): string[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === listening && Number.parseInt(local.split(":")[1] ?? "", 16) === port)
    .map((fields) => `socket:[${fields[9]}]`);
}

/** A process may end between two looks, and those of other users can't be read: neither can be named. */
function tried<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
