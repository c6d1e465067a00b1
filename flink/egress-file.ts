// Reads the JSON lines that the file egress of the Java program appends.

import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, truncateSync } from "node:fs";

/** A record that a function sent to an egress. */
export interface EgressRecord {
  egress: string;
  typename: string;
  value: Uint8Array;
  /** The fields of the message that the engine does not know, such as metadata, in their bytes; missing when there are none. */
  unknownFields?: Uint8Array;
}

/** An egress file. Each read goes on where the last read ended. */
export class EgressFile {
  readonly #path: string;
  readonly #records: EgressRecord[] = [];
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Removes half a line, which a killed process can leave. Call this before another process appends. */
  cutTornLine(): void {
    if (!existsSync(this.#path)) return;
    const bytes = readFileSync(this.#path);
    const length = bytes.lastIndexOf("\n") + 1;
    if (length < bytes.length) truncateSync(this.#path, length);
  }

  /** Returns a copy of all records so far. */
  read(): EgressRecord[] {
    if (existsSync(this.#path)) this.#readOn();
    return [...this.#records];
  }

  #readOn(): void {
    const file = openSync(this.#path, "r");
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#offset);
      const length = readSync(file, bytes, 0, bytes.length, this.#offset);
      const complete = bytes.subarray(0, length).lastIndexOf("\n") + 1;
      this.#offset += complete;
      for (const line of bytes.toString("utf8", 0, complete).split("\n")) {
        if (line === "") continue;
        const { egress, typename, value, unknownFields } = JSON.parse(line);
        this.#records.push({
          egress,
          typename,
          value: Buffer.from(value, "base64"),
          ...(unknownFields === undefined ? {} : { unknownFields: Buffer.from(unknownFields, "base64") }),
        });
      }
    } finally {
      closeSync(file);
    }
  }
}
