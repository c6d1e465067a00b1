// The URL of the console, and the places that the search box finds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { jumpsFor } from "../../console/app/jumps.js";
import { toAddress, toFunction } from "../../console/app/links.js";
import { formatHash, matchRoute, parseHash } from "../../console/app/route.js";

test("a hash is read as it was written, whatever an id holds", () => {
  for (const id of ["d-1", "a/b c", "100%", "ä?&=#", ".."]) {
    const hash = formatHash(["functions", "fleet/device", id], {
      filter: "x&y=1",
      sort: "-count",
      empty: "",
      none: undefined,
    });
    assert.deepEqual(parseHash(hash), {
      parts: ["functions", "fleet/device", id],
      query: { filter: "x&y=1", sort: "-count" },
    });
  }
});

test("an empty hash is the overview, and a broken percent-encoding stands for itself", () => {
  for (const hash of ["", "#", "#/"]) assert.deepEqual(parseHash(hash), { parts: [], query: {} });
  assert.deepEqual(parseHash("#/functions/100%").parts, ["functions", "100%"]);
});

test("a pattern fills in its named parts, and matches nothing longer or shorter", () => {
  assert.deepEqual(matchRoute("functions/:function", ["functions", "fleet/device"]), { function: "fleet/device" });
  assert.deepEqual(matchRoute("", []), {});
  assert.equal(matchRoute("functions/:function", ["functions"]), undefined);
  assert.equal(matchRoute("functions", ["live"]), undefined);
});

const names = ["fleet/device", "fleet/site", "shop/device-orders"];

test("the search box finds functions that contain every word", () => {
  assert.deepEqual(
    jumpsFor("device", names).map(({ text }) => text),
    ["fleet/device", "shop/device-orders"],
  );
  assert.deepEqual(
    jumpsFor("FLEET si", names).map(({ href }) => href),
    [toFunction("fleet/site")],
  );
});

test("a whole name and an id lead to the address, with slashes and spaces in the id", () => {
  assert.equal(jumpsFor("fleet/device/d 1/x", names)[0]?.href, toAddress("fleet/device", "d 1/x"));
  assert.equal(jumpsFor("fleet/device d-1", names)[0]?.href, toAddress("fleet/device", "d-1"));
});

test("an address of a function that is not listed is found by its form", () => {
  assert.deepEqual(
    jumpsFor("other/thing/x", names).map(({ href }) => href),
    [toAddress("other/thing", "x")],
  );
  assert.deepEqual(jumpsFor("nothing", names), []);
});
