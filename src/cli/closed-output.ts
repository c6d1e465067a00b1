// Handles a reader of stdout that goes away: `statefun addresses … | head`, `statefun start | tee log`.

/** Ends the process, since nobody reads what the command prints. `head` closes the pipe when it has read enough. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

/**
 * Goes on when the reader of the output goes away, since a runtime also works for others. When stdout has ended, stderr says
 * so once. When stderr has ended, nothing says so.
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
