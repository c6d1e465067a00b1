// The HTTP side of the devices.

import { Body, Controller, Get, HttpCode, Param, Post } from "@nestjs/common";
import { StatefunRuntime } from "statefun-ts/runtime";
import { Alerts } from "./alerts.js";
import { Device } from "./device.js";
import { Report } from "./messages.js";

@Controller()
export class DevicesController {
  constructor(
    private readonly statefun: StatefunRuntime,
    private readonly alerts: Alerts,
  ) {}

  /** Answers when the device has handled the report. */
  @Post("devices/:id/reports")
  @HttpCode(204)
  async report(@Param("id") id: string, @Body() report: Report): Promise<void> {
    await this.statefun.ref(Device, id).report(report);
  }

  /** The device throws a TerminalError when there is no such device: the answer is 404. */
  @Get("devices/:id")
  show(@Param("id") id: string) {
    return this.statefun.ref(Device, id).show({});
  }

  @Get("alerts")
  sent() {
    return this.alerts.sent;
  }
}
