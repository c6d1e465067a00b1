// Counts who sends which messages to whom. Every message is counted, so most counts are found with a few comparisons.

import type { Address } from "../model/address.js";
import { isClient } from "../model/client-address.js";

/** What gets messages. "outside" are the clients that wait for an answer. */
export type ReceiverKind = "function" | "egress" | "outside";

/** So many edges have counts of their own. */
export const mostEdges = 1_000;

/** The messages of one type from one sender to one receiver. */
export interface Edge {
  /** The type name of the function that sends; undefined for who is outside. */
  readonly from: string | undefined;
  readonly kind: ReceiverKind;
  /** The namespace and the name of the function or of the egress; empty for who is outside. */
  readonly namespace: string;
  readonly name: string;
  readonly typename: string;
  messages: number;
  /** When the last message was counted, in milliseconds since 1970. */
  lastAt: number;
}

/** The counts of an engine. */
export class Traffic {
  /** What comes from outside. */
  readonly outside = new Sender(this, undefined);
  /** The messages that have no edge of their own, because there are too many edges. */
  readonly others = { messages: 0, lastAt: 0 };
  readonly #edges = new Map<string, Edge>();

  /** The edges that have counts. */
  all(): Edge[] {
    return [...this.#edges.values()];
  }

  /** The edge of such messages, which is added if there is none; undefined when there are too many edges. */
  edge(
    from: string | undefined,
    kind: ReceiverKind,
    namespace: string,
    name: string,
    typename: string,
  ): Edge | undefined {
    const key = JSON.stringify([from, kind, namespace, name, typename]);
    let edge = this.#edges.get(key);
    if (edge === undefined && this.#edges.size < mostEdges) {
      edge = { from, kind, namespace, name, typename, messages: 0, lastAt: 0 };
      this.#edges.set(key, edge);
    }
    return edge;
  }
}

/** Counts what one sender sends. */
export class Sender {
  readonly #traffic: Traffic;
  readonly #from: string | undefined;
  /** Most senders send the same as the last time. */
  #last: Edge | undefined;
  /** The edges that were found before, by the names of their receivers. */
  readonly #found = new Map<string, Edge[]>();

  /** `from` is the type name of the function that sends; undefined for who is outside. */
  constructor(traffic: Traffic, from: string | undefined) {
    this.#traffic = traffic;
    this.#from = from;
  }

  /** Counts a message to a function, or to a client outside. */
  sends(target: Address, typename: string, now: number): void {
    if (isClient(target)) this.#count("outside", "", "", typename, now);
    else this.#count("function", target.namespace, target.name, typename, now);
  }

  /** Counts a record to an egress. */
  sendsRecord(namespace: string, name: string, typename: string, now: number): void {
    this.#count("egress", namespace, name, typename, now);
  }

  #count(kind: ReceiverKind, namespace: string, name: string, typename: string, now: number): void {
    let edge = this.#last;
    if (edge === undefined || !isOf(edge, kind, namespace, name, typename)) {
      edge = this.#find(kind, namespace, name, typename);
      if (edge === undefined) {
        this.#traffic.others.messages += 1;
        this.#traffic.others.lastAt = now;
        return;
      }
      this.#last = edge;
    }
    edge.messages += 1;
    edge.lastAt = now;
  }

  #find(kind: ReceiverKind, namespace: string, name: string, typename: string): Edge | undefined {
    const found = this.#found.get(name) ?? [];
    for (const edge of found) if (isOf(edge, kind, namespace, name, typename)) return edge;
    const edge = this.#traffic.edge(this.#from, kind, namespace, name, typename);
    if (edge !== undefined) this.#found.set(name, [...found, edge]);
    return edge;
  }
}

const isOf = (edge: Edge, kind: ReceiverKind, namespace: string, name: string, typename: string) =>
  edge.name === name && edge.typename === typename && edge.namespace === namespace && edge.kind === kind;
