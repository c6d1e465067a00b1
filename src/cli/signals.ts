// The signals that end `statefun start` and `statefun dev`.

/** Resolves at the first SIGINT or SIGTERM. A second signal ends the process at once, which needs no repair. */
export function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) process.exit(1);
        resolve();
      });
    }
  });
}
