// What the application takes from its environment.

import { Injectable } from "@nestjs/common";

@Injectable()
export class Settings {
  /** The folder that keeps everything; in memory when it is empty. */
  readonly folder = process.env.FOLDER ?? "data";
  /** For how many milliseconds a device may be silent before it counts as offline. */
  readonly silence = Number(process.env.SILENCE ?? 60_000);
}
