// What happens when the reader of stdout goes away: `statefun addresses … | head`, `statefun start | tee log`.

/** Ends the process, since nobody reads what the command prints. `head` closes the pipe when it has read enough. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

/**
 * Goes on without a reader: a runtime works for others than for those who read its output. The end of stdout is told once
 * on stderr, whose end is told to nobody.
 */
export function outliveReader(): void {
  let told = false;
  process.stdout.removeAllListeners("error");
  process.stdout.on("error", (error) => {
    if (!told) process.stderr.write(`stdout can't be written any more, and the runtime goes on: ${error.message}\n`);
    told = true;
  });
  process.stderr.on("error", () => {});
}
