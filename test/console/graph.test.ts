// The layout of the graph: nothing overlaps, arrows point to the right where they can, and the same graph looks the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { layersOf } from "../../console/graph/layers.js";
import { boxHeight, boxWidth, layOut } from "../../console/graph/layout.js";
import { Random } from "../support/random.js";

const arrow = (text: string) => {
  const [from = "", to = ""] = text.split(">");
  return { from, to };
};
const arrows = (text: string) => text.split(" ").filter(Boolean).map(arrow);

test("a node stands to the right of all that send to it", () => {
  const layers = layersOf(["c", "b", "a", "out"], arrows("out>a a>b b>c a>c"), ["out"]);
  assert.deepEqual(Object.fromEntries(layers), { out: 0, a: 1, b: 2, c: 3 });
});

test("a circle is cut where it leads back, and a node that sends to itself stays where it is", () => {
  const layers = layersOf(["a", "b", "out"], arrows("out>a a>b b>a b>b"), ["out"]);
  assert.deepEqual(Object.fromEntries(layers), { out: 0, a: 1, b: 2 });
});

test("an empty graph, a lone node, and arrows to nodes that are not there", () => {
  assert.deepEqual(layOut([], []).boxes, []);
  assert.equal(layOut(["a"], []).boxes.length, 1);
  assert.deepEqual(layOut(["a"], arrows("a>gone")).routes, []);
});

test("of random graphs, no boxes overlap, all lie within the drawing, each arrow has a way, and twice is the same", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const nodes = Array.from({ length: 2 + random.below(30) }, (_, index) => `n${index}`);
    const keys = new Set<string>();
    for (let count = random.below(60); count > 0; count--) {
      keys.add(`n${random.below(nodes.length)}>n${random.below(nodes.length)}`);
    }
    const all = [...keys].map(arrow);
    const { boxes, routes, width, height } = layOut(nodes, all, ["n0"]);
    assert.equal(boxes.length, nodes.length, `seed ${seed}`);
    assert.equal(routes.length, all.length, `seed ${seed}`);
    for (const [index, one] of boxes.entries()) {
      assert.ok(one.x >= 0 && one.y >= 0 && one.x + boxWidth <= width && one.y + boxHeight <= height, `seed ${seed}`);
      for (const other of boxes.slice(index + 1)) {
        const apart = Math.abs(one.x - other.x) >= boxWidth || Math.abs(one.y - other.y) >= boxHeight - 0.001;
        assert.ok(apart, `seed ${seed}: ${one.node} and ${other.node} overlap`);
      }
    }
    for (const { path } of routes) assert.match(path, /^M[\d.-]+ [\d.-]+([CL][\d. -]+)+$/, `seed ${seed}`);
    assert.deepEqual(layOut(nodes, all, ["n0"]).routes, routes, `seed ${seed}`);
  }
});

test("arrows that need not cross do not", () => {
  const { boxes } = layOut(["a", "b", "x", "y"], arrows("a>y b>x"), ["a", "b"]);
  const y = (name: string) => boxes.find(({ node }) => node === name)?.y ?? Number.NaN;
  assert.equal(Math.sign(y("a") - y("b")), Math.sign(y("y") - y("x")));
});
