// A NestJS application whose devices are stateful functions. Try it:
//
//   curl localhost:3000/devices/d1/reports -d '{"temperature": 21}' -H 'Content-Type: application/json'
//   curl localhost:3000/devices/d1
//
// A minute later the device is offline, also when the application was killed and started again meanwhile.

import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app-module.js";

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000);
