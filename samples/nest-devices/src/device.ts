// A device: it keeps what was reported last, and notices that no report comes any more.

import { Context, Handles, State, StatefulFunction, TerminalError, Types } from "statefun-ts";
import { Alerts } from "./alerts.js";
import { Report, Show, StillSilent } from "./messages.js";
import { Settings } from "./settings.js";

@StatefulFunction("fleet/device")
export class Device {
  @State("status", Types.string) status: string = "unknown";
  @State("temperature", Types.double) temperature: number | undefined;
  @State("reports", Types.int) reports: number = 0;

  constructor(
    private readonly alerts: Alerts,
    private readonly settings: Settings,
  ) {}

  @Handles(Report)
  report({ temperature }: Report, context: Context) {
    if (!Number.isFinite(temperature)) {
      throw new TerminalError("A report needs a temperature.", { code: "NO_TEMPERATURE", status: 422 });
    }
    this.temperature = temperature;
    this.status = "online";
    this.reports += 1;
    // Every report asks the same question later. Only the question of the last report finds that no other came.
    context.sendAfter(this.settings.silence, Device, context.address.id, StillSilent.pack({ reports: this.reports }));
  }

  @Handles(StillSilent)
  stillSilent({ reports }: StillSilent, context: Context) {
    if (reports !== this.reports || this.status === "offline") return;
    this.status = "offline";
    this.alerts.send(`${context.address.id} is offline`);
  }

  @Handles(Show)
  show(_: Show, context: Context) {
    const { id } = context.address;
    if (this.reports === 0) {
      throw new TerminalError(`There is no device ${id}.`, { code: "NO_SUCH_DEVICE", status: 404, details: { id } });
    }
    return { id, status: this.status, temperature: this.temperature ?? null, reports: this.reports };
  }
}
