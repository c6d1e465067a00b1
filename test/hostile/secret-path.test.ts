// A path that is a secret: only the whole path, exactly as it is written, reaches the functions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulFunctions } from "../../src/index.js";
import { hosts, octetStream, send, stop } from "../support/http.js";
import { RecordingLogger } from "../support/recording-logger.js";

// Each of these characters has a meaning in a router's patterns or in a URL.
const secrets = ["plain-s3cret_", "a:b", "*wild", "a{b}c", "(x)", "a+b", "!a", "%41%2F", "a\\b", "a.b", "~a'b"];
for (const [name, start] of Object.entries(hosts)) {
  for (const secret of secrets) {
    const path = `/fn/${secret}`;
    test(`${name}: ${path} is answered, and no similar path is`, async (t) => {
      const logger = new RecordingLogger();
      const host = await start(new StatefulFunctions(), { path, healthPath: "/health", logger });
      t.after(() => stop(host.server));
      const at = host.at(path);
      const { status, text } = await send(host.port, at, { body: Buffer.from("x") });
      assert.equal(status, 400, text);
      logger.entries.length = 0;
      const others = [
        at.slice(0, -1),
        `${at}x`,
        `${at}/`,
        `${at}/health`,
        at.toUpperCase(),
        `/${at}`,
        at.replace(secret, "OTHER"),
        at.replace(secret, "a-other"),
        at.replace(secret, `${secret.slice(0, 1)}OTHER`),
        at.replace(secret, "ac"),
        at.replace("fn", "%66n"),
        at.replace("/fn", "/fn/."),
        at.replace("/fn", "/fn/../fn"),
      ];
      for (const other of others.filter((candidate) => candidate !== at)) {
        const answer = await send(host.port, other, { body: Buffer.from("x"), headers: octetStream });
        assert.equal(answer.status, 404, other);
        assert.ok(!answer.text.includes(secret), answer.text);
      }
      assert.deepEqual(logger.entries, []);
      assert.equal((await send(host.port, host.at("/health"), { method: "GET", headers: {} })).status, 200);
    });
  }
}
