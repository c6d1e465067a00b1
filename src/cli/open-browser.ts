// Opens a page in the browser of the person at this machine.

import { spawn } from "node:child_process";

/** Opens a URL with the program in BROWSER, or the one that the system has for it. `failed` is called when there is none. */
export function openBrowser(url: string, failed: () => void): void {
  const [program, ...args] = browserOf(process.env.BROWSER || undefined);
  const opened = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  opened.once("error", failed);
  opened.unref();
}

function browserOf(chosen: string | undefined): [program: string, ...args: string[]] {
  if (chosen !== undefined) return [chosen];
  if (process.platform === "darwin") return ["open"];
  // `start` takes its first quoted argument for the title of a window.
  if (process.platform === "win32") return ["cmd", "/c", "start", '""'];
  return ["xdg-open"];
}
