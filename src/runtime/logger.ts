// Where the engine tells what went wrong and what it did about it.

/** Takes the engine's lines, as console does. */
export type EngineLogger = Pick<Console, "warn" | "error">;
