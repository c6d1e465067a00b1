// Metadata as one HTTP header.

import assert from "node:assert/strict";
import { validateHeaderValue } from "node:http";
import { test } from "node:test";
import { Metadata, type MetadataEntry } from "../../src/index.js";
import { decodeMetadataHeader, encodeMetadataHeader } from "../../src/types/metadata-header.js";
import { throwsCode } from "../support/expect-code.js";
import { randomOf } from "../support/random.js";

test("text can be read, other bytes are base64, a null has no value", () => {
  const metadata = new Metadata([
    ["traceparent", "00-4bf9-01"],
    ["Tenant", "a b"],
    ["raw", new Uint8Array([0, 255])],
    ["nothing", null],
    ["empty", ""],
    ["a,b=c:d%", "x,y=z"],
  ]);
  const header = "traceparent=00-4bf9-01,Tenant=a%20b,raw:AP8=,nothing,empty=,a%2Cb%3Dc%3Ad%25=x%2Cy%3Dz";
  assert.equal(encodeMetadataHeader(metadata), header);
  assert.deepEqual([...decodeMetadataHeader(header)], [...metadata]);
  assert.equal(encodeMetadataHeader(new Metadata()), undefined);
});

test("text that percent-encoding would make long is base64", () => {
  const header = encodeMetadataHeader(new Metadata({ text: "\u{1F44B}".repeat(100) })) as string;
  assert.ok(header.length < 400 * 1.4 + 10, `${header.length} characters`);
  assert.equal(decodeMetadataHeader(header).getText("text"), "\u{1F44B}".repeat(100));
});

test("spaces around a pair do not count, as a proxy may add some where it joins headers", () => {
  assert.deepEqual(
    [...decodeMetadataHeader("a=1 ,  b , c:AA")].map(([name]) => name),
    ["a", "b", "c"],
  );
});

test("what can't be read is METADATA_INVALID", () => {
  for (const text of ["a=%", "%zz=1", "a:?", "a:A", "a=%ff"])
    throwsCode(() => decodeMetadataHeader(text), "METADATA_INVALID");
});

test("random metadata comes back as it was, through a header that Node takes", (t) => {
  const random = randomOf(t);
  const text = () =>
    Array.from({ length: random.below(5) }, () =>
      random.pick(["a", "Ü", "%", ",", "=", ":", " ", "\n", "👋", "\0"]),
    ).join("");
  for (let run = 0; run < 2_000; run++) {
    const entries = Array.from({ length: 1 + random.below(4) }, (): readonly [string, string | Uint8Array | null] => {
      const kind = random.below(3);
      const bytes = Uint8Array.from({ length: random.below(9) }, () => random.below(256));
      return [text(), kind === 0 ? null : kind === 1 ? text() : bytes];
    });
    const metadata = new Metadata(entries);
    const header = encodeMetadataHeader(metadata) as string;
    validateHeaderValue("Statefun-Metadata", header);
    const plain = ([name, value]: MetadataEntry) => [name, value && Buffer.from(value).toString("hex")];
    assert.deepEqual([...decodeMetadataHeader(header)].map(plain), [...metadata].map(plain), header);
  }
});
