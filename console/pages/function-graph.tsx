// The graph of the functions: who sends what to whom, from what was seen since the runtime was opened.

import { useMemo } from "preact/hooks";
import type { Graph, GraphEdge, GraphNode } from "../../src/runtime/admin/api/graph.js";
import { now } from "../app/clock.js";
import { toEgresses, toFunction, toSchedules } from "../app/links.js";
import { useGet } from "../app/use-get.js";
import { boxHeight, boxWidth, type Layout, layOut } from "../graph/layout.js";
import { type Link, linksOf, nodesWith } from "../graph/links.js";
import type { Column } from "../ui/columns.js";
import { formatCompact, formatCount } from "../ui/format.js";
import { Empty, Loaded } from "../ui/notice.js";
import { Panel } from "../ui/page.js";
import { Count, Table } from "../ui/table.js";
import { Ago, Instant } from "../ui/time.js";

const everyMs = 5000;
/** An arrow is pale when nothing was sent along it for longer. */
const paleAfterMs = 10 * 60_000;

/** Shows the functions whose names contain a text, and what sends to them or gets something from them. */
export function FunctionGraph({ wanted }: { readonly wanted: string }) {
  const graph = useGet<Graph>("graph", {}, { everyMs });
  return (
    <Loaded of={graph}>
      {(data) => (
        <div class="stack">
          <Drawing graph={data} wanted={wanted} />
          <Messages graph={data} wanted={wanted} />
        </div>
      )}
    </Loaded>
  );
}

interface PartProps {
  readonly graph: Graph;
  readonly wanted: string;
}

function Drawing({ graph, wanted }: PartProps) {
  const nodes = nodesWith(graph, wanted);
  const links = linksOf(graph, nodes);
  // The numbers change all the time; the layout only when a node or an arrow is new.
  const shape = JSON.stringify([nodes.map(({ node }) => node), links.map(({ from, to }) => [from, to])]);
  const layout = useMemo(() => {
    const first = nodes.filter(({ kind }) => kind === "outside" || kind === "schedules").map(({ node }) => node);
    const names = nodes.map(({ node }) => node);
    return layOut(names, links, first);
  }, [shape]);
  if (nodes.length === 0) return <Empty>Nothing was seen yet, or nothing has such a name.</Empty>;
  return (
    <Panel
      title="Who sends to whom"
      beside={
        <span class="muted small">
          since <Instant at={graph.since} />
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="table-scroll graph" aria-label="Graph of the functions" tabIndex={0}>
        <svg width={layout.width} height={layout.height} role="group" aria-label="Graph">
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7.5"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto-start-reverse"
              markerUnits="userSpaceOnUse"
            >
              <path d="M0 0.5 8 4 0 7.5z" />
            </marker>
          </defs>
          <Arrows layout={layout} links={links} />
          {layout.boxes.map(({ node, x, y }) => {
            const shown = nodes.find((each) => each.node === node);
            return shown && <Node key={node} node={shown} x={x} y={y} />;
          })}
        </svg>
      </section>
    </Panel>
  );
}

function Arrows({ layout, links }: { readonly layout: Layout; readonly links: readonly Link[] }) {
  const byEnds = new Map(links.map((link) => [`${link.from}\n${link.to}`, link]));
  return (
    <>
      {layout.routes.map(({ from, to, path, labelX, labelY }) => {
        const link = byEnds.get(`${from}\n${to}`);
        if (link === undefined) return null;
        const pale = now.value - Date.parse(link.lastAt) > paleAfterMs;
        const width = 1 + Math.min(2.5, Math.log10(1 + link.messages) / 2);
        return (
          <g key={`${from}\n${to}`} class={`arrow${pale ? " pale" : ""}`}>
            <title>{link.types.map((type) => `${type.typename}: ${formatCount(type.messages)}`).join("\n")}</title>
            <path d={path} stroke-width={width} marker-end="url(#arrow)" />
            <text x={labelX} y={labelY} text-anchor="middle">
              {formatCompact(link.messages)}
            </text>
          </g>
        );
      })}
    </>
  );
}

const labels = { outside: "from outside", schedules: "schedules", other: "others" } as const;

function Node({ node: { kind, name }, x, y }: { readonly node: GraphNode; readonly x: number; readonly y: number }) {
  const known = kind === "function" || kind === "egress";
  const text = known ? (name ?? "") : labels[kind];
  const href =
    kind === "function"
      ? toFunction(text)
      : kind === "egress"
        ? toEgresses()
        : kind === "schedules"
          ? toSchedules()
          : undefined;
  const slash = text.lastIndexOf("/");
  const box = (
    <g class={`node ${kind}`} transform={`translate(${x} ${Math.round(y)})`}>
      <title>{text}</title>
      <rect width={boxWidth} height={boxHeight} rx="6" />
      {known && (
        <text x="12" y="16" class="namespace">
          {kind === "egress" ? "egress " : ""}
          {cut(text.slice(0, slash), 24)}
        </text>
      )}
      <text x="12" y={known ? 31 : 24}>
        {cut(known ? text.slice(slash + 1) : text, 21)}
      </text>
    </g>
  );
  return href === undefined ? box : <a href={href}>{box}</a>;
}

const cut = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

function nameOf(node: string): string {
  const colon = node.indexOf(":");
  return colon === -1 ? node : node.slice(colon + 1);
}

function End({ node }: { readonly node: string }) {
  return node.startsWith("function:") ? (
    <a href={toFunction(nameOf(node))}>{nameOf(node)}</a>
  ) : (
    <span>{nameOf(node)}</span>
  );
}

const columns: readonly Column<GraphEdge>[] = [
  { key: "from", title: "From", cell: ({ from }) => <End node={from} />, sortBy: ({ from }) => nameOf(from) },
  { key: "to", title: "To", cell: ({ to }) => <End node={to} />, sortBy: ({ to }) => nameOf(to) },
  {
    key: "typename",
    title: "Type",
    wideOnly: true,
    cell: ({ typename }) => typename,
    sortBy: ({ typename }) => typename,
  },
  {
    key: "messages",
    title: "Messages",
    align: "end",
    cell: ({ messages }) => <Count of={messages} />,
    sortBy: ({ messages }) => messages,
  },
  {
    key: "lastAt",
    title: "Last",
    align: "end",
    wideOnly: true,
    cell: ({ lastAt }) => <Ago at={lastAt} />,
    sortBy: ({ lastAt }) => lastAt,
  },
];

function Messages({ graph, wanted }: PartProps) {
  const shown = new Set(nodesWith(graph, wanted).map(({ node }) => node));
  const edges = graph.edges.filter(({ from, to }) => shown.has(from) && shown.has(to));
  return (
    <Panel title="Messages by type">
      <Table
        label="Messages by sender, receiver and type"
        columns={columns}
        rows={edges}
        keyOf={({ from, to, typename }) => `${from}\n${to}\n${typename}`}
        empty="No message was seen yet."
      />
    </Panel>
  );
}
