// The stateful functions among the providers of a Nest application.

import type { DiscoveryService } from "@nestjs/core";
import { StatefunError } from "../errors.js";
import { isFunctionClass } from "../functions/class-record.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import { Instances, takesProviders } from "./instances.js";

/** Binds the function classes among the providers, and gives them no message before the application is ready. */
export class FunctionProviders {
  readonly #instances: Instances[] = [];
  readonly #ready: Promise<void>;
  #isReady = false;
  #open = () => {};

  /** Binds the classes. Throws as `bind` does, and FUNCTION_DUPLICATE for a class that two modules list. */
  constructor(discovery: DiscoveryService, functions: StatefulFunctions) {
    this.#ready = new Promise((resolve) => {
      this.#open = resolve;
    });
    const modules = new Map<unknown, string | undefined>();
    for (const wrapper of discovery.getProviders()) {
      const { metatype, host } = wrapper;
      if (!isFunctionClass(metatype)) continue;
      if (modules.has(metatype)) {
        throw new StatefunError(
          "FUNCTION_DUPLICATE",
          `${metatype.name} is among the providers of ${modules.get(metatype)} and of ${host?.name}. List it in one module; every module can call it by the StatefunRuntime.`,
        );
      }
      modules.set(metatype, host?.name);
      const instances = new Instances(metatype, wrapper);
      this.#instances.push(instances);
      // Without parameters, the types of states can be told from their initialisers.
      if (!takesProviders(metatype)) functions.bind(metatype as new () => object);
      else functions.bind(metatype, { create: () => (this.#isReady ? instances.make() : this.#makeLater(instances)) });
    }
  }

  /** Checks the classes' scopes and providers, when all providers are there. Rejects with OPTION_INVALID, and as Nest does. */
  async prepare(): Promise<void> {
    for (const instances of this.#instances) await instances.prepare();
  }

  /** Lets messages come. */
  open(): void {
    this.#isReady = true;
    this.#open();
  }

  async #makeLater(instances: Instances): Promise<object> {
    await this.#ready;
    return instances.make();
  }
}
