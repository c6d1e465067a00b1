// A logger that records its lines.

import type { LogFields, Logger } from "../../src/model/logger.js";

export interface LogEntry {
  readonly level: "error" | "warn";
  readonly line: string;
  readonly error: Error;
  readonly fields: LogFields | undefined;
}

export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  error(line: string, error: Error, fields?: LogFields): void {
    this.entries.push({ level: "error", line, error, fields });
  }

  warn(line: string, error: Error, fields?: LogFields): void {
    this.entries.push({ level: "warn", line, error, fields });
  }

  get lines(): string[] {
    return this.entries.map(({ line }) => line);
  }
}
