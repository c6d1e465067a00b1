// What the function servers of a module file tell of their functions, beside the types of this process.

import type { Logger } from "../../model/logger.js";
import type { Type } from "../../model/type.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { isOwnType } from "../../types/value-json.js";
import { FunctionServer } from "./function-server.js";
import type { RemoteFunction, RemoteFunctions } from "./read-description.js";
import { typeShape } from "./type-shape.js";
import { DiscoveryWarnings } from "./warnings.js";

/** A function server that can be asked. */
export interface Remote {
  /** Names the server: functions with the same name are on the same server. */
  readonly url: string;
  ask(): Promise<string>;
}

/** The function servers of a module file. */
export interface Remotes {
  /** The server of a function; undefined for a function of this process, and for one that nothing serves. */
  find(typeName: string): Remote | undefined;
  /** The servers whose URLs do not depend on the name of a function. */
  readonly fixed: readonly Remote[];
  /** Whether the connections to the servers are closed. */
  readonly closed: boolean;
}

/** How many servers, and how many functions, are remembered. A URL may hold the name of a function, and names come from messages. */
const mostServers = 1_000;
const mostFunctions = 10_000;
/** How long a typename that no server knows is not asked for again. */
const missedMs = 10_000;
const mostMissed = 1_000;

/** What {@link discoveringCatalog} works with. */
export interface DiscoveryParts {
  /** The types of the functions of this process, and those that the user declares. */
  readonly own: TypeCatalog;
  readonly remotes: Remotes;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** Adds the types that function servers tell to those of this process, which win. */
export function discoveringCatalog({
  own,
  remotes,
  logger,
  now = () => performance.now(),
}: DiscoveryParts): TypeCatalog {
  const ownNames = new Set(own.typeNames);
  const servers = new Servers(remotes, ownNames, logger, now);
  const remote = (typeName: string) => (ownNames.has(typeName) ? undefined : servers.function(typeName));
  return {
    get typeNames() {
      return [...new Set([...ownNames, ...servers.typeNames()])];
    },
    handled: (typeName) => remote(typeName)?.handled ?? own.handled(typeName),
    takesAll: (typeName) => remote(typeName)?.takesAll ?? own.takesAll?.(typeName),
    handler(typeName, method) {
      const taken = remote(typeName)?.taken.filter((each) => each.method === method);
      if (taken === undefined) return own.handler(typeName, method);
      return taken.length === 1 ? taken[0]?.type : undefined;
    },
    find: (typename) => own.find(typename) ?? servers.type(typename),
    declared: (typeName) => remote(typeName) ?? own.declared?.(typeName),
    states: (typeName) => remote(typeName)?.states.map(({ name }) => name) ?? own.states?.(typeName),
    state: (typeName, name) =>
      remote(typeName)?.states.find((state) => state.name === name)?.type ?? own.state(typeName, name),
    learn: (typeName) => (typeName !== undefined && ownNames.has(typeName) ? undefined : servers.ready(typeName)),
    learnType: (typename) =>
      isOwnType(typename) || own.find(typename) !== undefined ? undefined : servers.learnType(typename),
    whyUnknown: (typeName) => servers.whyUnknown(typeName),
  };
}

class Servers {
  readonly #remotes: Remotes;
  readonly #warnings: DiscoveryWarnings;
  readonly #now: () => number;
  readonly #servers = new Map<string, FunctionServer>();
  /** The servers of functions; undefined for a function that no server can be asked for. */
  readonly #ofFunctions = new Map<string, FunctionServer | undefined>();
  /** Until when a typename that no server knows is not asked for again. */
  readonly #missed = new Map<string, number>();
  /** The servers of the functions whose types the user declares. That such a server tells nothing needs no warning. */
  readonly #declared: ReadonlySet<string | undefined>;

  constructor(remotes: Remotes, ownNames: ReadonlySet<string>, logger: Logger, now: () => number) {
    this.#remotes = remotes;
    this.#warnings = new DiscoveryWarnings(logger, () => remotes.closed);
    this.#now = now;
    this.#declared = new Set([...ownNames].map((typeName) => remotes.find(typeName)?.url));
    for (const remote of remotes.fixed) this.#of(remote).askSoon();
  }

  function(typeName: string): RemoteFunction | undefined {
    return this.#serverOf(typeName)?.told?.functions.get(typeName);
  }

  /** The functions that servers tell and that the module file sends to them. */
  typeNames(): string[] {
    const told = [...this.#servers.values()].flatMap((server) => [...(server.told?.functions.keys() ?? [])]);
    return told.filter((typeName) => this.function(typeName) !== undefined);
  }

  /** Finds a type that a server told. A type that none told may be new, so the servers are asked for the next time. */
  type(typename: string): Type<any> | undefined {
    if (isOwnType(typename)) return undefined;
    const found = this.#toldType(typename);
    if (found === undefined) for (const server of this.#servers.values()) server.askSoon();
    return found;
  }

  /** Resolves when the types of a function may be used, or those of all functions; undefined when they may be used already. */
  ready(typeName: string | undefined): Promise<void> | undefined {
    if (typeName !== undefined) return this.#serverOf(typeName)?.ready();
    const waits = [...this.#servers.values()].flatMap((server) => server.ready() ?? []);
    return waits.length === 0 ? undefined : all(waits);
  }

  /** Asks the servers for a type that they have not told: a server makes the type of an answer with the first answer. */
  learnType(typename: string): Promise<void> | undefined {
    if (this.#toldType(typename) !== undefined || (this.#missed.get(typename) ?? 0) > this.#now()) return undefined;
    const telling = [...this.#servers.values()].filter(({ told }) => told !== undefined);
    return telling.length === 0 ? undefined : this.#askFor(typename, telling);
  }

  whyUnknown(typeName: string): string | undefined {
    const remote = this.#remotes.find(typeName);
    if (remote === undefined) return undefined;
    const { told, failure } = this.#of(remote);
    if (told !== undefined) return `its server (${remote.url}) tells other functions, and not this one`;
    return failure === undefined ? undefined : `its server does not tell them: ${failure}`;
  }

  async #askFor(typename: string, servers: readonly FunctionServer[]): Promise<void> {
    await all(servers.map((server) => server.askNow()));
    if (this.#toldType(typename) !== undefined) return;
    if (this.#missed.size >= mostMissed) this.#missed.clear();
    this.#missed.set(typename, this.#now() + missedMs);
  }

  #toldType(typename: string): Type<any> | undefined {
    for (const { told } of this.#servers.values()) {
      const type = told?.types.get(typename);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  #serverOf(typeName: string): FunctionServer | undefined {
    const known = this.#ofFunctions.get(typeName);
    if (known !== undefined || this.#ofFunctions.has(typeName)) return known;
    const remote = this.#remotes.find(typeName);
    const server = remote && this.#of(remote);
    if (this.#ofFunctions.size >= mostFunctions) this.#ofFunctions.clear();
    this.#ofFunctions.set(typeName, server);
    return server;
  }

  #of(remote: Remote): FunctionServer {
    const known = this.#servers.get(remote.url);
    if (known !== undefined) return known;
    if (this.#servers.size >= mostServers) {
      this.#servers.clear();
      this.#ofFunctions.clear();
    }
    const { url } = remote;
    const server: FunctionServer = new FunctionServer({
      ask: () => remote.ask(),
      now: this.#now,
      onTold: (told) => this.#compare(url, server, told),
      onFailure: (failure) => {
        if (!this.#declared.has(url)) this.#warnings.failure(url, failure);
      },
      onGivenUp: (typename, why) => this.#warnings.givenUp(url, typename, why),
    });
    this.#servers.set(url, server);
    return server;
  }

  /** Compares what a server has told with the module file, and with what the other servers have told. */
  #compare(url: string, server: FunctionServer, { functions, described }: RemoteFunctions): void {
    const names = [...functions.keys()];
    if (names.length > 0 && !names.some((typeName) => this.#remotes.find(typeName)?.url === url))
      this.#warnings.elsewhere(url, names);
    const own = new Map(described.types.map((type) => [type.typename, type]));
    for (const [otherUrl, other] of this.#servers) {
      if (other === server || other.told === undefined) continue;
      const { described: told } = other.told;
      for (const type of told.types) {
        const same = own.get(type.typename);
        if (same !== undefined && typeShape(same, described) !== typeShape(type, told))
          this.#warnings.contradiction(type.typename, otherUrl, url);
      }
    }
  }
}

const all = async (promises: readonly Promise<void>[]): Promise<void> => {
  await Promise.all(promises);
};
