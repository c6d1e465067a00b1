// Where the nodes and the arrows of a graph are drawn: in layers from left to right, ordered so that few arrows cross.

import { type Arrow, layersOf } from "./layers.js";

export interface Box {
  readonly node: string;
  /** The left upper corner. */
  readonly x: number;
  readonly y: number;
}

export interface Route extends Arrow {
  /** The path in SVG's terms. */
  readonly path: string;
  /** Where a label has room. */
  readonly labelX: number;
  readonly labelY: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
}

export const boxWidth = 176;
export const boxHeight = 40;
const layerGap = 92;
const boxGap = 26;
const margin = 26;
const sweeps = 12;

/** A node, or a bend of an arrow that passes a layer. */
interface Place {
  readonly key: string;
  readonly bend: boolean;
  readonly left: Place[];
  readonly right: Place[];
  y: number;
}

/** Lays a graph out. The same graph always has the same layout. At most one arrow leads from one node to another one. */
export function layOut(nodes: readonly string[], arrows: readonly Arrow[], first: readonly string[] = []): Layout {
  const layerOf = layersOf(nodes, arrows, first);
  const layers: Place[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  const places = new Map<string, Place>();
  const add = (key: string, layer: number, bend: boolean): Place => {
    const place: Place = { key, bend, left: [], right: [], y: 0 };
    layers[layer]?.push(place);
    places.set(key, place);
    return place;
  };
  for (const node of nodes) add(node, layerOf.get(node) ?? 0, false);

  const ways = arrows
    .filter(({ from, to }) => places.has(from) && places.has(to))
    .map((arrow) => {
      const [a, b] = [layerOf.get(arrow.from) ?? 0, layerOf.get(arrow.to) ?? 0];
      const [near, far] = a <= b ? [arrow.from, arrow.to] : [arrow.to, arrow.from];
      const through = [places.get(near) as Place];
      for (let layer = Math.min(a, b) + 1; layer < Math.max(a, b); layer++) {
        through.push(add(`${arrow.from}\n${arrow.to}\n${layer}`, layer, true));
      }
      if (a !== b) through.push(places.get(far) as Place);
      for (const [index, place] of through.entries()) {
        const next = through[index + 1];
        if (next === undefined) break;
        place.right.push(next);
        next.left.push(place);
      }
      return { arrow, through, backwards: a > b, layer: Math.min(a, b) };
    });

  order(layers);
  for (const layer of layers) spread(layer);
  for (let sweep = 0; sweep < 2 * sweeps; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) straighten(layer);
  }
  const all = layers.flat();
  const top = Math.min(0, ...all.map(({ y }) => y)) - margin;
  for (const place of all) place.y -= top;

  const xOf = (layer: number) => margin + layer * (boxWidth + layerGap);
  const boxes = nodes.map((node): Box => {
    const { y } = places.get(node) as Place;
    return { node, x: xOf(layerOf.get(node) ?? 0), y };
  });
  const routes = ways.map(({ arrow, through, backwards, layer }) => routeOf(arrow, through, backwards, xOf(layer)));
  return {
    width: xOf(layers.length - 1) + boxWidth + margin,
    height: Math.max(0, ...all.map(({ y }) => y)) + boxHeight + margin,
    boxes,
    routes,
  };
}

/** Orders each layer by the middle of its neighbours: first from the left, then from the right, and again. */
function order(layers: readonly Place[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const rightwards = sweep % 2 === 0;
    const at = new Map<Place, number>();
    for (const layer of layers) for (const [index, place] of layer.entries()) at.set(place, index);
    for (const layer of rightwards ? layers : layers.toReversed()) {
      const middle = new Map(layer.map((place) => [place, mean(rightwards ? place.left : place.right, at)]));
      layer.sort((one, other) => (middle.get(one) as number) - (middle.get(other) as number));
      for (const [index, place] of layer.entries()) at.set(place, index);
    }
  }

  function mean(neighbours: readonly Place[], at: ReadonlyMap<Place, number>): number {
    const sum = neighbours.reduce((all, each) => all + (at.get(each) ?? 0), 0);
    return neighbours.length === 0 ? 0 : sum / neighbours.length;
  }
}

const spaceOf = ({ bend }: Place) => (bend ? boxHeight / 2 : boxHeight + boxGap);

function spread(layer: readonly Place[]): void {
  let y = -layer.reduce((all, place) => all + spaceOf(place), 0) / 2;
  for (const place of layer) {
    place.y = y;
    y += spaceOf(place);
  }
}

/** Moves each place towards the middle of its neighbours, without changing the order or the distance to the next place. */
function straighten(layer: readonly Place[]): void {
  const wanted = layer.map((place) => {
    const near = [...place.left, ...place.right];
    return near.length === 0 ? place.y : near.reduce((all, each) => all + each.y, 0) / near.length;
  });
  // From above and from below, and the middle of both: neither end of the layer is favoured.
  const down = [...wanted];
  const up = [...wanted];
  for (let index = 1; index < layer.length; index++) {
    const space = spaceOf(layer[index - 1] as Place);
    down[index] = Math.max(down[index] as number, (down[index - 1] as number) + space);
  }
  for (let index = layer.length - 2; index >= 0; index--) {
    const space = spaceOf(layer[index] as Place);
    up[index] = Math.min(up[index] as number, (up[index + 1] as number) - space);
  }
  for (const [index, place] of layer.entries()) place.y = ((down[index] as number) + (up[index] as number)) / 2;
}

function routeOf(arrow: Arrow, through: readonly Place[], backwards: boolean, x: number): Route {
  const middle = boxHeight / 2;
  const [start] = through as [Place];
  if (through.length === 1) return sideRoute(arrow, x, start.y);
  // A way back leaves a little lower than a way there, so that both can be seen.
  const shift = backwards ? 8 : 0;
  const points = through.flatMap((place, index): [number, number][] => {
    const left = x + index * (boxWidth + layerGap);
    const y = place.y + middle + shift;
    if (index === 0) return [[left + boxWidth, y]];
    return index === through.length - 1
      ? [[left, y]]
      : [
          [left, y],
          [left + boxWidth, y],
        ];
  });
  const way = backwards ? points.toReversed() : points;
  const path = way
    .map(([px, py], index) => {
      if (index === 0) return `M${px} ${round(py)}`;
      const [fromX, fromY] = way[index - 1] as [number, number];
      const half = (px + fromX) / 2;
      return fromY === py ? `L${px} ${round(py)}` : `C${half} ${round(fromY)} ${half} ${round(py)} ${px} ${round(py)}`;
    })
    .join("");
  const [[x1, y1], [x2, y2]] = points as [[number, number], [number, number]];
  return { ...arrow, path, labelX: (x1 + x2) / 2, labelY: round((y1 + y2) / 2 - 4) };
}

/** An arrow within one layer: of a node to itself, above its box. */
function sideRoute(arrow: Arrow, x: number, y: number): Route {
  const [from, to] = [x + boxWidth - 46, x + boxWidth - 18];
  return {
    ...arrow,
    path: `M${from} ${y}C${from} ${y - 24} ${to} ${y - 24} ${to} ${y}`,
    labelX: from - 14,
    labelY: y - 7,
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
