// The common part of every subject on Node: each line of stdin is a command, and each answer is a line.
// The subjects in Go and Java take the same commands: see ../subject.ts.

import { createInterface } from "node:readline";

/** Takes commands until stdin closes. HTTP is served on `port`; `handle` turns a request's bytes into the answer's. */
export function obey({ port, handle }) {
  const commands = {
    calls: (count, requests) => calls(handle, Number(count), requests),
    cpu: () => cpuMicros(),
    garbage: () => garbage(),
    memory: () => memory(),
    soak: (count, request) => soak(handle, Number(count), request),
  };
  const input = createInterface({ input: process.stdin });
  input.on("line", async (line) => {
    const [name, ...args] = line.split(" ");
    try {
      console.log(String(await commands[name](...args)));
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  });
  input.on("close", () => process.exit(0));
  console.log(`PORT ${port ?? 0}`);
}

/** Listens on a free port and returns it. */
export function listening(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

function cpuMicros(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const clock = () => Number(process.hrtime.bigint()) / 1000;

/** Calls the handler, one request after another. The comparison of the answers is not measured. */
async function calls(handle, count, encoded) {
  const requests = encoded.split(",").map((text) => Buffer.from(text, "base64"));
  const expected = [];
  for (const request of requests) expected.push(Buffer.from(await handle(request)));
  // Answers wait for their comparison in chunks, small enough to leave the garbage collector little work.
  const chunk = Math.max(10, Math.min(1000, Math.floor(200_000 / (expected[0].length + 1))));
  const answers = new Array(chunk);
  let cpu = 0;
  let wall = 0;
  let allocated = 0;
  let next = 0;
  for (let done = 0; done < count; ) {
    const end = Math.min(chunk, count - done);
    const first = next;
    const { heapUsed } = process.memoryUsage();
    const wallBefore = clock();
    const cpuBefore = process.cpuUsage();
    for (let index = 0; index < end; index++) {
      answers[index] = await handle(requests[next]);
      if (++next === requests.length) next = 0;
    }
    cpu += cpuMicros(cpuBefore);
    wall += clock() - wallBefore;
    allocated += Math.max(0, process.memoryUsage().heapUsed - heapUsed);
    for (let index = 0; index < end; index++) {
      const wanted = expected[(first + index) % requests.length];
      if (Buffer.compare(answers[index], wanted) !== 0) throw new Error("an answer differs from the first one");
    }
    done += end;
  }
  return `${cpu} ${Math.round(wall)} ${allocated} ${expected.map((answer) => answer.toString("base64")).join(",")}`;
}

/** Calls with a new number in place of every "00000000", so that no two calls are for the same id. */
async function soak(handle, count, encoded) {
  const request = Buffer.from(encoded, "base64");
  const places = [];
  for (let at = request.indexOf("00000000"); at >= 0; at = request.indexOf("00000000", at + 8)) places.push(at);
  let length = 0;
  for (let index = 0; index < count; index++) {
    const number = String(soaked++).padStart(8, "0");
    for (const place of places) request.latin1Write(number, place);
    const answer = await handle(request);
    if (length === 0) ({ length } = answer);
    if (answer.length !== length) throw new Error("an answer has another length than the first one");
  }
  return soaked;
}

let soaked = 10_000_000;

/** Bytes in use after a collection: heap, external memory, resident memory. Needs --expose-gc. */
function memory() {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return `${heapUsed} ${external} ${rss}`;
}

let pauses = [];
if (process.env.BENCH_GARBAGE) {
  const { PerformanceObserver } = await import("node:perf_hooks");
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pauses.push(duration);
  }).observe({ entryTypes: ["gc"] });
}

/** How often the garbage collector has run since the last question, its longest and its whole time in milliseconds. */
function garbage() {
  const seen = pauses;
  pauses = [];
  const total = seen.reduce((sum, duration) => sum + duration, 0);
  return `${seen.length} ${Math.max(0, ...seen)} ${total}`;
}
