// The graph of messages as it is drawn: one link from a node to another one, whatever types its messages have.

import type { Graph, GraphEdge, GraphNode } from "../../src/runtime/admin/api/graph.js";
import type { Arrow } from "./layers.js";

export interface Link extends Arrow {
  readonly messages: number;
  readonly lastAt: string;
  /** The edges that the link stands for, those with most messages first. */
  readonly types: readonly GraphEdge[];
}

/** The nodes whose names contain a text, in small letters, and their neighbours; all nodes when the text is empty. */
export function nodesWith({ nodes, edges }: Graph, wanted: string): readonly GraphNode[] {
  if (wanted === "") return nodes;
  const found = new Set(nodes.filter(({ name }) => name?.toLowerCase().includes(wanted)).map(({ node }) => node));
  const near = new Set(found);
  for (const { from, to } of edges) {
    if (found.has(from)) near.add(to);
    if (found.has(to)) near.add(from);
  }
  return nodes.filter(({ node }) => near.has(node));
}

/** The links between these nodes. */
export function linksOf({ edges }: Graph, nodes: readonly GraphNode[]): readonly Link[] {
  const shown = new Set(nodes.map(({ node }) => node));
  const byEnds = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    if (!shown.has(edge.from) || !shown.has(edge.to)) continue;
    const ends = `${edge.from}\n${edge.to}`;
    byEnds.set(ends, [...(byEnds.get(ends) ?? []), edge]);
  }
  return [...byEnds.values()].map((all) => {
    const types = all.toSorted((one, other) => other.messages - one.messages);
    const [{ from, to }] = types as [GraphEdge];
    const messages = types.reduce((sum, type) => sum + type.messages, 0);
    const lastAt = types.reduce((last, type) => (type.lastAt > last ? type.lastAt : last), "");
    return { from, to, messages, lastAt, types };
  });
}
