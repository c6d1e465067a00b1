import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errorCodes, RequestReplyHandler, StatefulFunctions, StatefunError } from "statefun-ts";
import { statusOf } from "../../src/runtime/http/server.ts";
import { HttpEndpoint } from "../../src/serve/endpoint.ts";
import { codeIn, pageAt, tableRows } from "./pages.ts";

const page = pageAt("docs/errors.md");
const headings = [...page.text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading as string);
const rows = headings.flatMap((heading) =>
  tableRows(page, heading).map((cells) => {
    const [code = "", meaning = "", advice = "", status = ""] = cells;
    const ofRuntime = heading.startsWith("The embedded runtime");
    return { code: codeIn(code)[0] as ErrorCode, meaning, advice, status, ofRuntime };
  }),
);

test("each code has one row, and each row a code", () => {
  assert.deepEqual(rows.map(({ code }) => code).sort(), Object.keys(errorCodes).sort());
});

test("each row means what the code says", () => {
  assert.deepEqual(Object.fromEntries(rows.map(({ code, meaning }) => [code, meaning])), errorCodes);
});

test("each row says what to do", () => {
  for (const { code, advice } of rows) assert.match(advice, /\w.*[.:!]$/, code);
});

test("each row has the status that a call is answered with", async () => {
  for (const { code, status, ofRuntime } of rows) {
    if (status === "none") continue;
    if (ofRuntime) {
      assert.equal(status, String(statusOf(new StatefunError(code, "failed"))), code);
      continue;
    }
    class Failing extends RequestReplyHandler {
      override async handle(): Promise<Uint8Array> {
        throw new StatefunError(code, "failed");
      }
    }
    const { status: answered } = await new HttpEndpoint(new Failing(new StatefulFunctions())).answer({
      method: "POST",
      contentType: "application/octet-stream",
      contentEncoding: undefined,
      body: async () => Buffer.from("request"),
    });
    assert.equal(status, String(answered), code);
  }
});
