import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StatefulFunctions } from "statefun-ts";
import { parseYaml } from "../docs/yaml.ts";

const folder = fileURLToPath(new URL("../../samples", import.meta.url));
const samples = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/functions.ts`));
const read = (sample: string, file: string): any[] =>
  parseYaml(readFileSync(`${folder}/${sample}/${file}`, "utf8")) as any[];

/** Functions that need StateFun 3. */
const notOnV2 = ["example/visits"];

test("there is a sample for each part of the guide", () => {
  assert.deepEqual(samples.sort(), [
    "agent",
    "async",
    "caller",
    "count",
    "delay",
    "egress",
    "expiration",
    "hello",
    "interceptors",
    "kafka",
    "opentelemetry",
    "order",
    "report",
    "saga",
    "union",
  ]);
});

for (const sample of samples) {
  describe(sample, async () => {
    const { functions }: { functions: StatefulFunctions } = await import(`../../samples/${sample}/functions.ts`);

    test("has a module file for StateFun 3 that covers its functions", () => {
      const [endpoint, ...more] = read(sample, "module.yaml");
      assert.deepEqual(endpoint, {
        kind: "io.statefun.endpoints.v2/http",
        spec: { functions: "example/*", urlPathTemplate: "http://localhost:8000/statefun" },
      });
      const ingressAndEgress = ["io.statefun.kafka.v1/ingress", "io.statefun.kafka.v1/egress"];
      assert.deepEqual(
        more.map(({ kind }) => kind),
        sample === "kafka" ? ingressAndEgress : [],
      );
      for (const typeName of functions.typeNames) assert.match(typeName, /^example\/\w+$/);
    });

    test("has a module file for StateFun 2 that declares its functions and their states", () => {
      const [{ version, module }, ...more] = read(sample, "module-v2.yaml");
      assert.equal(version, "2.0");
      assert.equal(module.meta.type, "remote");
      assert.equal(more.length, 0);
      const declared = module.spec.functions.map((entry: any) => {
        assert.equal(entry.function.meta.kind, "http");
        assert.equal(entry.function.spec.endpoint, "http://localhost:8000/statefun");
        const states = (entry.function.spec.states ?? []).map((state: any) => [
          state.name,
          state.expireAfter ?? 0,
          state.expireMode ?? "none",
        ]);
        return [entry.function.meta.type, states];
      });
      const bound = functions.typeNames
        .filter((typeName) => !notOnV2.includes(typeName))
        .map((typeName) => {
          const states = functions.get(typeName)?.states ?? [];
          const shown = states.map(({ name, expiration: { mode, afterMs } }) => [
            name,
            afterMs && `${afterMs / 1000}sec`,
            mode,
          ]);
          return [typeName, shown];
        });
      assert.deepEqual(declared, bound);
    });
  });
}
