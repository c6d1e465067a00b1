// The stateful functions among the providers of a Nest application.

import type { DiscoveryService } from "@nestjs/core";
import { isFunctionClass } from "../functions/class-record.js";
import type { StatefulFunctions } from "../functions/stateful-functions.js";
import { Instances, takesProviders } from "./instances.js";

/** Binds the function classes among the providers, and gives them no message before the application is ready. */
export class FunctionProviders {
  readonly #instances: Instances[] = [];
  readonly #ready: Promise<void>;
  #isReady = false;
  #open = () => {};

  /** Binds the classes. Throws as `bind` does. */
  constructor(discovery: DiscoveryService, functions: StatefulFunctions) {
    this.#ready = new Promise((resolve) => {
      this.#open = resolve;
    });
    for (const wrapper of discovery.getProviders()) {
      const { metatype } = wrapper;
      if (!isFunctionClass(metatype)) continue;
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
