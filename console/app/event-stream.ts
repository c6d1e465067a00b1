// Server-sent events, read from a text that comes in pieces. A page can't give EventSource a token, so it reads the stream itself.

export interface ServerEvent {
  /** The name of the event; "message" when it has none. */
  readonly name: string;
  readonly data: string;
}

/** Cuts a stream into events. */
export class EventParser {
  #rest = "";
  #name = "";
  #data: string[] = [];

  /** Takes the next piece of the stream and returns the events that it completes. A comment, such as a heartbeat, is no event. */
  push(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n/);
    this.#rest = lines.pop() as string;
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) events.push({ name: this.#name || "message", data: this.#data.join("\n") });
        this.#name = "";
        this.#data = [];
        continue;
      }
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "event") this.#name = value;
      else if (field === "data") this.#data.push(value);
    }
    return events;
  }
}
