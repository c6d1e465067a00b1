import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errors, RequestReplyHandler, StatefulFunctions, StatefunError } from "statefun-ts";
import { HttpEndpoint } from "../../src/serve/adapter.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { codeIn, pageAt, tableRows } from "./pages.ts";

const page = pageAt("docs/errors.md");
const headings = [...page.text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading as string);
const rows = headings.flatMap((heading) => tableRows(page, heading));
const codes = Object.keys(errors) as ErrorCode[];

test("each code has one row, and each row a code", () => {
  assert.deepEqual(rows.map(([code = ""]) => codeIn(code)[0]).sort(), [...codes].sort());
});

test("each row says what the table of the code says", () => {
  const expected = rows.map(([cell = ""]) => {
    const { meaning, advice, fault, status, exit } = errors[codeIn(cell)[0] as ErrorCode];
    return [cell, meaning, advice, fault, String(status), String(exit)];
  });
  assert.deepEqual(rows, expected);
});

test("each meaning and each advice is a sentence", () => {
  for (const code of codes) {
    const { meaning, advice } = errors[code];
    assert.match(meaning, /^[A-Z].*\.$/, code);
    assert.match(advice, /^\w.*\.$/, code);
  }
});

test("an error has its code's status, as http-errors have", () => {
  for (const code of codes) {
    const error = new StatefunError(code, "failed");
    assert.deepEqual(
      [error.status, error.statusCode, error.expose],
      [errors[code].status, errors[code].status, errors[code].expose],
    );
    if (error.status === 500) assert.equal(error.expose, false, code);
  }
});

test("a call is answered and logged by whose fault its failure is", async () => {
  for (const code of codes) {
    class Failing extends RequestReplyHandler {
      override async handle(): Promise<Uint8Array> {
        throw new StatefunError(code, "secret");
      }
    }
    const { status, body } = await new HttpEndpoint(new Failing(new StatefulFunctions())).answer({
      method: "POST",
      contentType: "application/octet-stream",
      contentEncoding: undefined,
      body: async () => Buffer.from("request"),
    });
    const { fault, status: own } = errors[code];
    const expected = fault === "request" ? [own, `${code}: secret\n`] : [500, `${code}\n`];
    assert.deepEqual([status, Buffer.from(body).toString()], expected);
  }
});

test("a refused request is logged by whose fault it is", async () => {
  for (const code of codes) {
    const logger = new RecordingLogger();
    await new HttpEndpoint(new RequestReplyHandler(new StatefulFunctions(), { logger })).answer({
      method: "POST",
      contentType: "application/octet-stream",
      contentEncoding: undefined,
      body: () => Promise.reject(new StatefunError(code, "refused")),
    });
    assert.deepEqual(
      logger.entries.map(({ level }) => level),
      [errors[code].fault === "request" ? "warn" : "error"],
      code,
    );
  }
});

for (const path of ["docs/http-ingress.md", "docs/admin.md"]) {
  test(`${path}: each status stands beside the codes that have it`, () => {
    const written = tableRows(pageAt(path), "Errors").flatMap(([status = "", cell = ""]) =>
      codeIn(cell)
        .filter((code) => code in errors)
        .map((code) => [code, status]),
    );
    assert.ok(written.length > 0);
    assert.deepEqual(
      written,
      written.map(([code]) => [code, String(errors[code as ErrorCode].status)]),
    );
  });
}
