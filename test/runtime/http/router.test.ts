// The router: which route a request takes, and what its path fills in.

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { targetOf } from "../../../src/runtime/http/request-target.js";
import { type Route, Router, routeOf } from "../../../src/runtime/http/router.js";
import { throwsCode } from "../../support/expect-code.js";

const routes = [
  { method: "GET", path: "/", query: [] },
  { method: "GET", path: "/things/:name", query: [] },
  { method: "DELETE", path: "/things/:name", query: ["why"] },
  { method: "GET", path: "/things/:name/parts/:part", query: [] },
] as const satisfies readonly Route[];

const router = new Router<Route>(routes);
const find = (url: string) => router.find(targetOf(url).parts);
const request = (method: string) => ({ method }) as IncomingMessage;

test("a path is found by its fixed parts, and fills in the others", () => {
  assert.deepEqual(find("/")?.routes, [routes[0]]);
  assert.deepEqual(find("/?x=1")?.routes, [routes[0]]);
  assert.deepEqual(find("/things/tea")?.filled, { name: "tea" });
  assert.deepEqual(find("/things/tea/parts/leaf")?.filled, { name: "tea", part: "leaf" });
});

test("parts are percent-decoded after the path was split", () => {
  assert.deepEqual(find("/things/a%2Fb%20%C3%BC%3F/parts/%252F")?.filled, { name: "a/b ü?", part: "%2F" });
  assert.deepEqual(find("/th%69ngs/tea")?.filled, { name: "tea" });
});

test("a part may be empty", () => {
  assert.deepEqual(find("/things/")?.filled, { name: "" });
  assert.deepEqual(find("/things//parts/leaf")?.filled, { name: "", part: "leaf" });
});

test("a path with another part, more parts or fewer parts is not there", () => {
  for (const url of ["/thing/tea", "/Things/tea", "/things", "/things/tea/", "/things/tea/parts", "//", "*"]) {
    assert.equal(find(url), undefined, url);
  }
});

test("the method chooses the route; any other is METHOD_NOT_ALLOWED", () => {
  const path = find("/things/tea");
  assert.ok(path);
  assert.deepEqual(path.methods, ["GET", "DELETE"]);
  assert.equal(routeOf(path, request("DELETE")), routes[2]);
  for (const method of ["POST", "HEAD", "get"]) throwsCode(() => routeOf(path, request(method)), "METHOD_NOT_ALLOWED");
});
