// Whether the application is well, for whoever starts it again when it is not.

import { Controller, Get } from "@nestjs/common";
import { HealthCheck, HealthCheckService } from "@nestjs/terminus";
import { StatefunHealthIndicator } from "statefun-ts/nest";

@Controller("health")
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly statefun: StatefunHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.statefun.isHealthy()]);
  }
}
