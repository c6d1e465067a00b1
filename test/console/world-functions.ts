// The functions that the console's tests look at: a fleet of devices that report, sites that count them, and alerts.

import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";

export interface Report {
  readonly site: string;
  readonly battery: number;
  readonly status: "online" | "offline" | "broken";
}
export const Report = json<Report>("fleet.types/report");

export interface Seen {
  readonly device: string;
  readonly status: string;
}
export const Seen = json<Seen>("fleet.types/seen");
const Alert = json<{ device: string; text: string }>("fleet.types/alert");
const CheckIn = json<{ after: string }>("fleet.types/check-in");
const Devices = json<Record<string, string>>("fleet.types/devices");

/** One device. A report of a broken one can't be handled: its address is parked after two tries. */
@StatefulFunction("fleet/device", { retry: { attempts: 2, firstDelay: 10 } })
class Device {
  @State("status", Types.string) status = "new";
  @State("battery", Types.int) battery = 100;
  @State("site", Types.string) site = "";
  @State("reports", Types.int) reports = 0;

  @Handles(Report)
  report({ site, battery, status }: Report, context: Context) {
    if (status === "broken") throw new Error(`The report of ${context.address.id} can't be read`);
    this.status = status;
    this.battery = battery;
    this.site = site;
    this.reports += 1;
    context.send(Site, site, Seen.pack({ device: context.address.id, status }));
    if (battery < 10) {
      context.sendEgress("fleet/alerts", Alert.pack({ device: context.address.id, text: "low battery" }));
    }
    context.sendAfter({ minutes: 30 }, context.address, CheckIn.pack({ after: "30 minutes" }), {
      cancellationToken: `check-in-${context.address.id}-${this.reports}`,
    });
    return this.reports;
  }

  @Handles(CheckIn)
  checkIn() {
    this.status = "offline";
  }
}

/** One site: which devices it has seen. */
@StatefulFunction("fleet/site")
class Site {
  @State("devices", Devices) devices: Record<string, string> = {};

  @Handles(Seen)
  seen({ device, status }: Seen, context: Context) {
    this.devices[device] = status;
    context.send(Overview, "all", Seen.pack({ device, status }));
  }
}

/** All sites together. A message that it refuses becomes a dead letter. */
@StatefulFunction("fleet/overview", { retry: { attempts: 1 }, onFailure: "deadLetter" })
class Overview {
  @State("seen", Types.long) count = 0n;

  @Handles(Seen)
  seen({ device }: Seen) {
    if (device.startsWith("ghost")) throw new Error(`${device} is no device of ours`);
    this.count += 1n;
  }
}

export const functions = new StatefulFunctions(Device, Site, Overview);
