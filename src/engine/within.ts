// Waits for something, but not longer than a limit.

// A test may fake the timers of its process: whoever closes an engine waits for real then, too.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Resolves when the promise has resolved, or after `ms` milliseconds of the machine's time: whoever closes an engine waits
 * for real, also under a clock that is moved by hand.
 */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
