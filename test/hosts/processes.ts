// Hosts that run in a process of their own.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { send } from "./client.ts";
import type { RunningHost } from "./conformance.ts";

/** Finds where a process says that it listens. */
export function originIn(line: string): string | undefined {
  const port = /http:\/\/[\w.[\]:]+:(\d+)/.exec(line)?.[1];
  return port === undefined ? undefined : `http://127.0.0.1:${port}`;
}

/** Waits for the line that tells where a process listens. */
export async function hostOf(
  child: ChildProcess,
  find: (line: string) => string | undefined,
): Promise<Required<RunningHost>> {
  const exited = once(child, "exit");
  let output = "";
  const origin = await new Promise<string>((resolve, reject) => {
    for (const stream of child.stdio.slice(1) as Readable[]) {
      createInterface({ input: stream }).on("line", (line) => {
        output += `${line}\n`;
        const found = find(line);
        if (found !== undefined) resolve(found);
      });
    }
    exited.then(() => reject(new Error(`it stopped before it listened:\n${output}`)), reject);
  });
  return {
    origin,
    close: () => send(origin, { path: "/close" }),
    stop: () => {
      child.kill("SIGKILL");
      return exited;
    },
  };
}
