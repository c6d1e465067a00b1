// What the function servers of a module file tell of their functions, beside the types of this process.

import type { Type } from "../../model/type.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import { FunctionServer } from "./function-server.js";
import type { RemoteFunction } from "./read-description.js";

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
}

/** How many servers are remembered. A URL may hold the name of a function, and names come from messages. */
const mostServers = 1_000;
/** How long a typename that no server knows is not asked for again. */
const missedMs = 10_000;
const mostMissed = 1_000;

/** Adds the types that function servers tell to those of this process, which win. */
export function discoveringCatalog(own: TypeCatalog, remotes: Remotes, now = () => performance.now()): TypeCatalog {
  const servers = new Servers(remotes, now);
  const isOwn = (typeName: string) => own.declared?.(typeName) !== undefined;
  const remote = (typeName: string) => (isOwn(typeName) ? undefined : servers.function(typeName));
  return {
    get typeNames() {
      return [...new Set([...(own.typeNames ?? []), ...servers.typeNames()])];
    },
    handled: (typeName) => remote(typeName)?.taken.map(({ type }) => type) ?? own.handled(typeName),
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
    learn: (typeName) => (typeName !== undefined && isOwn(typeName) ? undefined : servers.ready(typeName)),
    learnType: (typename) => (own.find(typename) === undefined ? servers.learnType(typename) : undefined),
    whyUnknown: (typeName) => servers.whyUnknown(typeName),
  };
}

class Servers {
  readonly #remotes: Remotes;
  readonly #now: () => number;
  readonly #servers = new Map<string, FunctionServer>();
  /** Until when a typename that no server knows is not asked for again. */
  readonly #missed = new Map<string, number>();

  constructor(remotes: Remotes, now: () => number) {
    this.#remotes = remotes;
    this.#now = now;
    for (const remote of remotes.fixed) this.#of(remote).askSoon();
  }

  function(typeName: string): RemoteFunction | undefined {
    const remote = this.#remotes.find(typeName);
    return remote && this.#of(remote).told?.functions.get(typeName);
  }

  /** The functions that servers tell and that the module file sends to them. */
  typeNames(): string[] {
    const told = [...this.#servers.values()].flatMap((server) => [...(server.told?.functions.keys() ?? [])]);
    return told.filter((typeName) => this.function(typeName) !== undefined);
  }

  /** Finds a type that a server told. A type that none told may be new, so the servers are asked for the next time. */
  type(typename: string): Type<any> | undefined {
    const found = this.#toldType(typename);
    if (found === undefined) for (const server of this.#servers.values()) server.askSoon();
    return found;
  }

  /** Resolves when the types of a function may be used, or those of all functions; undefined when they may be used already. */
  ready(typeName: string | undefined): Promise<void> | undefined {
    if (typeName !== undefined) {
      const remote = this.#remotes.find(typeName);
      return remote && this.#of(remote).ready();
    }
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
    await all(servers.map((server) => server.ask()));
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

  #of(remote: Remote): FunctionServer {
    let server = this.#servers.get(remote.url);
    if (server === undefined) {
      if (this.#servers.size >= mostServers) this.#servers.clear();
      server = new FunctionServer(() => remote.ask(), this.#now);
      this.#servers.set(remote.url, server);
    }
    return server;
  }
}

const all = async (promises: readonly Promise<void>[]): Promise<void> => {
  await Promise.all(promises);
};
