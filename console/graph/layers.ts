// In which layer of a drawing each node stands, so that most arrows point to the right.

/** An arrow from one node to another one. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/**
 * The layer of each node: one to the right of the last node that sends to it. An arrow that closes a circle does not count, nor does one
 * from a node to itself. `first` are the nodes to begin with.
 */
export function layersOf(
  nodes: readonly string[],
  arrows: readonly Arrow[],
  first: readonly string[],
): Map<string, number> {
  const forward = withoutCircles(nodes, arrows, first);
  const senders = new Map<string, string[]>();
  for (const { from, to } of forward) senders.set(to, [...(senders.get(to) ?? []), from]);
  const layers = new Map<string, number>();
  const layerOf = (node: string): number => {
    const known = layers.get(node);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(senders.get(node) ?? []).map(layerOf)) + 1;
    layers.set(node, layer);
    return layer;
  };
  for (const node of nodes) layerOf(node);
  return layers;
}

/** The arrows that do not lead back to a node on the way that led to them. */
function withoutCircles(nodes: readonly string[], arrows: readonly Arrow[], first: readonly string[]): Arrow[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of arrows) if (from !== to) targets.set(from, [...(targets.get(from) ?? []), to]);
  const received = new Set(arrows.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const sources = nodes.filter((node) => !received.has(node));
  const kept: Arrow[] = [];
  const onTheWay = new Set<string>();
  const done = new Set<string>();
  const visit = (node: string) => {
    onTheWay.add(node);
    for (const to of targets.get(node) ?? []) {
      if (onTheWay.has(to)) continue;
      kept.push({ from: node, to });
      if (!done.has(to)) visit(to);
    }
    onTheWay.delete(node);
    done.add(node);
  };
  for (const node of [...first, ...sources, ...nodes]) if (!done.has(node)) visit(node);
  return kept;
}
