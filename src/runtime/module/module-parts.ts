// Collects the parts of a module file, and refuses a part that the file may hold only once.

import type { Entry } from "./entry.js";
import type { EndpointSpec, Module, ModuleSchedule, PlaygroundEgressSpec, PlaygroundIngressSpec } from "./module.js";
import { choosesServer } from "./url-template.js";

export class ModuleParts {
  readonly #allowHostTemplates: boolean;
  readonly #endpoints: EndpointSpec[] = [];
  readonly #ingresses: PlaygroundIngressSpec[] = [];
  readonly #egresses: PlaygroundEgressSpec[] = [];
  readonly #schedules: ModuleSchedule[] = [];
  /** Where the file holds each part that may stand there only once. */
  readonly #places = new Map<string, string>();

  constructor(allowHostTemplates: boolean) {
    this.#allowHostTemplates = allowHostTemplates;
  }

  get module(): Module {
    return {
      endpoints: this.#endpoints,
      ingresses: this.#ingresses,
      egresses: this.#egresses,
      schedules: this.#schedules,
    };
  }

  /** Adds an endpoint; `entry` holds the name of its function. */
  addEndpoint(endpoint: EndpointSpec, entry: Entry): void {
    if (endpoint.name === undefined && !this.#allowHostTemplates && choosesServer(endpoint.urlTemplate)) {
      entry.fail(
        `in ${endpoint.urlTemplate}, the name of a function chooses the server, and names come from whoever sends a message. Name each function, or allow it with the runtime's option allowHostTemplates (--allow-host-templates).`,
      );
    }
    const served = `${endpoint.namespace}/${endpoint.name ?? "*"}`;
    if (this.#isFirst(`endpoint ${served}`, entry, `${served} has an endpoint already`)) this.#endpoints.push(endpoint);
  }

  addIngress(ingress: PlaygroundIngressSpec, entry: Entry): void {
    const single = this.#isFirst(ingress.kind, entry, "there is a playground ingress already");
    if (single && this.#isFreePort(ingress.port, entry)) this.#ingresses.push(ingress);
  }

  addEgress(egress: PlaygroundEgressSpec, entry: Entry): void {
    const single = this.#isFirst(egress.kind, entry, "there is a playground egress already");
    if (single && this.#isFreePort(egress.port, entry)) this.#egresses.push(egress);
  }

  addSchedule(schedule: ModuleSchedule, entry: Entry): void {
    const { name } = schedule.options;
    if (this.#isFirst(`schedule ${name}`, entry, `there is a schedule "${name}" already`))
      this.#schedules.push(schedule);
  }

  /** Port 0 picks a free port, so it may be written twice. */
  #isFreePort(port: number, entry: Entry): boolean {
    return port === 0 || this.#isFirst(`port ${port}`, entry, `port ${port} is taken already`);
  }

  #isFirst(what: string, entry: Entry, taken: string): boolean {
    const place = this.#places.get(what);
    if (place !== undefined) {
      entry.fail(`${taken}: ${place}.`);
      return false;
    }
    this.#places.set(what, entry.where);
    return true;
  }
}
