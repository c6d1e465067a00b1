// The application put together.

import { Module } from "@nestjs/common";
import { TerminusModule } from "@nestjs/terminus";
import { StatefunRuntimeModule } from "statefun-ts/nest";
import { Alerts } from "./alerts.js";
import { Device } from "./device.js";
import { DevicesController } from "./devices-controller.js";
import { HealthController } from "./health-controller.js";
import { Settings } from "./settings.js";

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Module({
  imports: [
    SettingsModule,
    TerminusModule,
    StatefunRuntimeModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ folder }: Settings) => ({ dir: folder === "" ? false : folder, ingress: false, admin: false }),
    }),
  ],
  providers: [Device, Alerts],
  controllers: [DevicesController, HealthController],
})
export class AppModule {}
