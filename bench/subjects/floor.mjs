// The floors: servers that read the body and answer with fixed bytes. `node floor.mjs node|koa <base64>`.

import { createServer } from "node:http";
import Koa from "koa";
import Router from "koa-router";
import { listening, obey } from "./subject.mjs";

const [, , host, encoded] = process.argv;
const answer = Buffer.from(encoded, "base64");

function bodyOf(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
  });
}

function node() {
  return createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.once("end", () => {
      response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": answer.length });
      response.end(answer);
    });
  });
}

function koa() {
  const router = new Router();
  router.post("/statefun", async (context) => {
    await bodyOf(context.req);
    context.set("Content-Type", "application/octet-stream");
    context.body = answer;
  });
  return createServer(new Koa().use(router.routes()).callback());
}

obey({ port: await listening(host === "koa" ? koa() : node()) });
