// Nest applications that run functions, and functions that they run.

import "reflect-metadata";
import { after } from "node:test";
import { type INestApplicationContext, Inject } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Handles, State, StatefulFunction, Types } from "../../src/index.js";
import { StatefunRuntimeModule, type StatefunRuntimeModuleOptions } from "../../src/nest/entry.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";

export const alone = { dir: false, ingress: false, admin: false } satisfies StatefunRuntimeModuleOptions;
/** Closes an application when the test that started it has ended. */
export function closeAfterTest(app: INestApplicationContext): void {
  after(() => app.close());
}

interface Parts {
  readonly providers?: any[];
  readonly imports?: any[];
  readonly controllers?: any[];
}

/** Starts an application without HTTP. */
export async function start({ providers = [], imports = [] }: Parts, options: StatefunRuntimeModuleOptions = {}) {
  const module = {
    module: class App {},
    imports: [StatefunRuntimeModule.forRoot({ ...alone, ...options }), ...imports],
    providers,
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  closeAfterTest(app);
  return { app, runtime: app.get(StatefunRuntime) };
}

export class Greetings {
  static made = 0;
  readonly number = ++Greetings.made;
  hello(name: string) {
    return `Hello ${name}`;
  }
}

/** Takes a provider, and keeps state. */
@StatefulFunction("nest/greeter")
export class Greeter {
  static made = 0;
  @State("seen", Types.int) seen = 0;
  readonly greetings: Greetings;
  constructor(greetings: Greetings) {
    this.greetings = greetings;
    Greeter.made += 1;
  }
  @Handles(Types.string)
  greet(name: string) {
    this.seen += 1;
    return `${this.greetings.hello(name)}, number ${this.seen}`;
  }
  @Handles(Types.int)
  which(_: number) {
    return this.greetings.number;
  }
}
Inject(Greetings)(Greeter, undefined, 0);

/** Takes nothing, and its state's type is told from its initialiser. */
@StatefulFunction("nest/plain")
export class Plain {
  @State("seen") seen = 0n;
  @Handles(Types.string)
  greet(_name: string) {
    this.seen += 1n;
    return this.seen;
  }
}
