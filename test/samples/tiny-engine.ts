// Plays the engine for a sample: builds requests with the .proto files, keeps state, delivers what functions send.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { type Generation, RequestReplyHandler, type StatefulFunctions } from "statefun-ts";
import { parseYaml } from "../docs/yaml.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = { v2: "org.apache.flink.statefun.flink.core.polyglot", v3: "io.statefun.sdk.reqreply" };

function protocol(generation: Generation) {
  const types = new protobuf.Root();
  types.resolvePath = (_origin, target) => target;
  types.loadSync(`${root}/proto/request-reply-${generation}.proto`, { keepCase: true });
  const lookup = (name: string) => types.lookupType(`${packages[generation]}.${name}`);
  return {
    toFunction: lookup("ToFunction"),
    fromFunction: lookup("FromFunction"),
    any: generation === "v2" ? types.lookupType("google.protobuf.Any") : undefined,
  };
}

const protocols = { v2: protocol("v2"), v3: protocol("v3") };

interface Address {
  namespace: string;
  type: string;
  id: string;
}

/** A message or value in its bytes; `typename` is v2's type_url. */
export interface Packed {
  typename: string;
  value: Uint8Array;
}

/** A message class of the samples. */
interface MessageClass<T> {
  create(properties: any): T;
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  getTypeUrl(): string;
}

/** A delayed message, or a cancellation of one. */
export interface Delayed {
  delayMs: number;
  token: string;
  cancels: boolean;
  deliver: () => Promise<void>;
}

export class TinyEngine {
  /** What was sent to egresses, in order. */
  readonly egresses: { egress: string; record: Packed }[] = [];
  /** What was sent with a delay, in order. */
  readonly delayed: Delayed[] = [];
  /** The states that were registered on v3, as the functions asked for them. */
  readonly registered: any[] = [];
  readonly #generation: Generation;
  readonly #handler: RequestReplyHandler;
  /** State names by function, and values by address. */
  readonly #names = new Map<string, Set<string>>();
  readonly #values = new Map<string, Packed>();

  /** On v2 only the declared states exist: the state names of each function, as a module file has them. */
  constructor(functions: StatefulFunctions, generation: Generation, declared: Record<string, string[]> = {}) {
    this.#generation = generation;
    const logger = { error() {}, warn() {} }; // failures are asserted, not read
    this.#handler = new RequestReplyHandler(functions, { logger });
    if (generation === "v3") return;
    for (const [typeName, names] of Object.entries(declared)) this.#names.set(typeName, new Set(names));
  }

  /** Sends a message from an ingress, or from `caller`, and delivers everything that follows at once. */
  async send<T>(target: string, id: string, type: MessageClass<T>, properties: object, caller?: Address) {
    const packed = { typename: type.getTypeUrl(), value: type.encode(type.create(properties)).finish() };
    await this.#deliver(address(target, id), [{ caller, argument: this.#wire(packed) }]);
  }

  /** Sends a message that is packed already. */
  async sendPacked(target: string, id: string, packed: Packed) {
    await this.#deliver(address(target, id), [{ argument: this.#wire(packed) }]);
  }

  /** The texts of the greetings that reached an egress. */
  greetings(type: MessageClass<{ text: string }>, egress = "example/greets"): string[] {
    return this.egresses.filter((sent) => sent.egress === egress).map(({ record }) => type.decode(record.value).text);
  }

  /** Whether a state holds a value. */
  hasState(target: string, id: string, name: string): boolean {
    return this.#values.has(`${target}/${id}/${name}`);
  }

  async #deliver(target: Address, invocations: object[]): Promise<void> {
    const { toFunction, fromFunction } = protocols[this.#generation];
    const typeName = `${target.namespace}/${target.type}`;
    const names = this.#names.get(typeName) ?? new Set();
    this.#names.set(typeName, names);
    const state = [...names].map((name) => {
      const value = this.#values.get(`${typeName}/${target.id}/${name}`);
      return { state_name: name, state_value: this.#wireState(value) };
    });
    const request = toFunction.encode(toFunction.fromObject({ invocation: { target, state, invocations } })).finish();
    const answer: any = fromFunction.toObject(fromFunction.decode(await this.#handler.handle(request)), {
      longs: Number,
      defaults: true,
      arrays: true,
    });
    if (answer.incomplete_invocation_context) {
      for (const spec of answer.incomplete_invocation_context.missing_values) {
        names.add(spec.state_name);
        this.registered.push(spec);
      }
      return this.#deliver(target, invocations); // the same batch again
    }
    const result = answer.invocation_result;
    for (const { state_name, mutation_type, state_value } of result.state_mutations) {
      const key = `${typeName}/${target.id}/${state_name}`;
      if (mutation_type === 0) this.#values.delete(key);
      else this.#values.set(key, this.#unwireState(state_value));
    }
    for (const { egress_namespace, egress_type, argument } of result.outgoing_egresses) {
      this.egresses.push({ egress: `${egress_namespace}/${egress_type}`, record: unwire(argument) });
    }
    for (const entry of result.delayed_invocations) {
      this.delayed.push({
        delayMs: entry.delay_in_ms,
        token: entry.cancellation_token ?? "",
        cancels: entry.is_cancellation_request === true,
        deliver: () => this.#deliver(entry.target, [{ caller: target, argument: entry.argument }]),
      });
    }
    for (const { target: next, argument } of result.outgoing_messages) {
      await this.#deliver(next, [{ caller: target, argument }]);
    }
  }

  #wire({ typename, value }: Packed): object {
    return this.#generation === "v2" ? { type_url: typename, value } : { typename, has_value: true, value };
  }

  #wireState(value: Packed | undefined): unknown {
    const { any } = protocols[this.#generation];
    if (value === undefined) return any ? new Uint8Array() : { has_value: false };
    return any ? any.encode(any.fromObject(this.#wire(value))).finish() : this.#wire(value);
  }

  #unwireState(value: any): Packed {
    const { any } = protocols[this.#generation];
    return unwire(any ? any.toObject(any.decode(value), { defaults: true }) : value);
  }
}

const unwire = (packed: any): Packed => ({ typename: packed.type_url ?? packed.typename, value: packed.value });

/** The states that a sample's module file for StateFun 2 declares. */
export function declaredIn(sample: string): Record<string, string[]> {
  const [file] = parseYaml(readFileSync(`${root}/samples/${sample}/module-v2.yaml`, "utf8")) as any[];
  return Object.fromEntries(
    file.module.spec.functions.map(({ function: { meta, spec } }: any) => [
      meta.type,
      (spec.states ?? []).map(({ name }: { name: string }) => name),
    ]),
  );
}

/** Splits a type name, and adds an id. */
function address(typeName: string, id: string): Address {
  const [namespace = "", type = ""] = typeName.split("/");
  return { namespace, type, id };
}
