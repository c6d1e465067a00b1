// Where the engine tells what went wrong and what it did about it.

/** Takes one line, and the error behind it. `console` is one. */
export interface EngineLogger {
  /** Something is tried again. */
  warn(line: string, error: Error): void;
  /** Something needs a person. */
  error(line: string, error: Error): void;
}
