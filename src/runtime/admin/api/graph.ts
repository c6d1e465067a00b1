// What the admin server answers at /graph: who has sent what to whom since the runtime was opened.

/** The answers about who sends what to whom, by the names of their routes. */
export interface GraphAnswers {
  readonly graph: Graph;
}

/** A sender or a receiver of messages. */
export interface GraphNode {
  /** Names the node among the others: "function:shop/cart", "egress:shop/mails", "outside", "schedules" or "other". */
  readonly node: string;
  /** What the node is. "other" stands for all functions and egresses beyond the bound of the edges. */
  readonly kind: "function" | "egress" | "outside" | "schedules" | "other";
  /** The type name of the function or of the egress, and null for every other node. */
  readonly name: string | null;
}

/** Messages of one type from one node to another one. */
export interface GraphEdge {
  /** The node that sends. */
  readonly from: string;
  /** The node that gets the messages. */
  readonly to: string;
  /** The type of the messages; "other" stands for all types beyond the bound of the edges. */
  readonly typename: string;
  /** How many messages there were. */
  readonly messages: number;
  /** When the last of these messages was sent. */
  readonly lastAt: string;
}

/** The answer of GET /graph. */
export interface Graph {
  /** Since when messages are counted. */
  readonly since: string;
  /** The senders and receivers, and the functions that have neither sent nor got anything. */
  readonly nodes: readonly GraphNode[];
  /** The messages between them: at most 1,000 edges, and one from "other" to "other" for all messages beyond those. */
  readonly edges: readonly GraphEdge[];
}
