// What the admin server answers at /graph: the counts of messages as nodes and edges.

import type { Edge } from "../../engine/traffic.js";
import { scheduleTypeName } from "../schedules/schedule-function.js";
import { type Answered, ok, timeOf } from "./answered.js";
import type { AdminAnswers } from "./api/answers.js";
import type { GraphEdge, GraphNode } from "./api/graph.js";
import type { Asked } from "./asked.js";

/** How many functions are listed that have neither sent nor got anything. */
const mostQuiet = 1_000;

const outside: GraphNode = { node: "outside", kind: "outside", name: null };
const schedules: GraphNode = { node: "schedules", kind: "schedules", name: null };
const other: GraphNode = { node: "other", kind: "other", name: null };

export const graphAnswers = {
  graph: async ({ engine, catalog: { typeNames = [] }, watch }: Asked): Promise<Answered<AdminAnswers["graph"]>> => {
    const { traffic, since } = watch;
    const nodes = new Map<string, GraphNode>();
    const add = (node: GraphNode) => {
      nodes.set(node.node, node);
      return node.node;
    };
    for (const { typeName } of await engine.functions({ limit: mostQuiet, quiet: typeNames }))
      if (typeName !== scheduleTypeName) add(functionNode(typeName));
    const edges: GraphEdge[] = [];
    for (const edge of traffic.all()) {
      const [from, to] = [senderOf(edge), receiverOf(edge)];
      // The runtime wakes its schedules itself.
      if (to === schedules) continue;
      const { typename, messages, lastAt } = edge;
      edges.push({ from: add(from), to: add(to), typename, messages, lastAt: timeOf(lastAt) });
    }
    const { messages, lastAt } = traffic.others;
    if (messages > 0) {
      edges.push({ from: add(other), to: add(other), typename: "other", messages, lastAt: timeOf(lastAt) });
    }
    return ok({ since: timeOf(since), nodes: [...nodes.values()], edges });
  },
} as const;

const functionNode = (name: string): GraphNode =>
  name === scheduleTypeName ? schedules : { node: `function:${name}`, kind: "function", name };

const senderOf = ({ from }: Edge) => (from === undefined ? outside : functionNode(from));

function receiverOf({ kind, namespace, name }: Edge): GraphNode {
  if (kind === "outside") return outside;
  const typeName = `${namespace}/${name}`;
  return kind === "function" ? functionNode(typeName) : { node: `egress:${typeName}`, kind: "egress", name: typeName };
}
