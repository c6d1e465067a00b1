// A logger that records its lines.

import type { Logger } from "../../src/model/logger.js";

export interface LogEntry {
  readonly level: "error" | "warn";
  readonly line: string;
  readonly error: Error;
}

export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  error(line: string, error: Error): void {
    this.entries.push({ level: "error", line, error });
  }

  warn(line: string, error: Error): void {
    this.entries.push({ level: "warn", line, error });
  }

  get lines(): string[] {
    return this.entries.map(({ line }) => line);
  }
}
