// Closes the parts of a runtime in named phases, so that each part is closed before the parts that it uses.

/** The phases, in the order in which they run. */
const phases = [
  "callers", // calls in flight end, and callers that nobody will answer are told so
  "admin", // people's requests end
  "ingresses", // callers that wait get their answers, and new messages are refused
  "engine", // calls in flight end, and no further message is delivered
  "egresses", // no further record leaves
  "writes", // the last transactions and acknowledgements are written to disk
  "store",
  "endpoints",
  "process", // the timer that keeps the process alive is cleared
] as const;

/** When a part is closed. */
type ClosingPhase = (typeof phases)[number];

/** Closes one part within `graceMs`. */
type Close = (graceMs: number) => Promise<unknown>;

/** Collects what has been opened, and closes all of it. */
export class Closing {
  readonly #parts: { readonly phase: ClosingPhase; readonly close: Close }[] = [];

  /** Adds a part. Within a phase, parts are closed in the order in which they were added. */
  add(phase: ClosingPhase, close: Close): void {
    this.#parts.push({ phase, close });
  }

  /**
   * Closes every part, also when one before it fails; rejects with the first failure. The phases share `graceMs`: a part
   * gets what the parts before it have left over.
   */
  async run(graceMs: number): Promise<void> {
    const failures: unknown[] = [];
    const deadline = performance.now() + graceMs;
    for (const phase of phases) {
      for (const part of this.#parts) {
        if (part.phase !== phase) continue;
        try {
          await part.close(Math.max(0, deadline - performance.now()));
        } catch (thrown) {
          failures.push(thrown);
        }
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
