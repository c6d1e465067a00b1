// What the files for Kubernetes promise.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { root } from "../docs/pages.ts";
import { deployed, documentsOf, instructionsOf } from "./files.ts";

const files = ["kubernetes/runtime.yaml", "kubernetes/function-server.yaml"] as const;
const ofKind = (file: string, kind: string) => documentsOf(file).filter((document) => document.kind === kind);
const podOf = (file: string) => ofKind(file, "Deployment")[0].spec.template.spec;

for (const file of files) {
  test(`${file}: every selector and every named port leads to the pod`, () => {
    const [{ spec }] = ofKind(file, "Deployment");
    const labels = spec.template.metadata.labels;
    const [container] = podOf(file).containers;
    const ports = container.ports.map(({ name }: { name: string }) => name);
    assert.deepEqual(spec.selector.matchLabels, labels);
    for (const service of ofKind(file, "Service")) {
      assert.deepEqual(service.spec.selector, labels);
      for (const { targetPort } of service.spec.ports) assert.ok(ports.includes(targetPort), targetPort);
    }
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      const { port } = container[probe]?.httpGet ?? container[probe]?.tcpSocket ?? { port: ports[0] };
      assert.ok(ports.includes(port), `${probe}: ${port}`);
    }
  });

  test(`${file}: nothing is root, and nothing can write but to a volume`, () => {
    const pod = podOf(file);
    const [user] = instructionsOf(deployed("docker/Dockerfile")).flatMap(({ name, rest }) =>
      name === "USER" ? [rest] : [],
    );
    assert.equal(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`, user);
    for (const { securityContext } of pod.containers) {
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
    }
  });

  test(`${file}: a probe of /health takes traffic away and restarts nothing`, () => {
    const [container] = podOf(file).containers;
    assert.match(container.readinessProbe.httpGet.path, /\/health$/);
    assert.ok("tcpSocket" in container.livenessProbe);
  });
}

test("one pod owns the data, and it has ended before the next one starts", () => {
  const [deployment] = ofKind("kubernetes/runtime.yaml", "Deployment");
  const [claim] = ofKind("kubernetes/runtime.yaml", "PersistentVolumeClaim");
  assert.equal(deployment.spec.replicas, 1);
  assert.equal(deployment.spec.strategy.type, "Recreate");
  assert.deepEqual(claim.spec.accessModes, ["ReadWriteOncePod"]);
  const pod = podOf("kubernetes/runtime.yaml");
  assert.equal(pod.volumes[0].persistentVolumeClaim.claimName, claim.metadata.name);
  assert.ok(pod.terminationGracePeriodSeconds > 10);
});

test("the pod starts what the image starts, with its data in the volume", () => {
  const image = instructionsOf(deployed("docker/Dockerfile")).find(({ name }) => name === "CMD");
  const usual: string[] = JSON.parse(image?.rest ?? "");
  const [{ args, volumeMounts }] = podOf("kubernetes/runtime.yaml").containers;
  const own = new Map<string, string>([
    ["--dir", "/data/statefun"],
    ["--wait-for-lock", "60s"],
  ]);
  assert.deepEqual(
    args,
    usual.map((part, index) => own.get(usual[index - 1] ?? "") ?? part),
  );
  assert.equal(volumeMounts[0].mountPath, "/data");
});

test("a call that begins as the pause of the function server's preStop ends has the time that it may take", () => {
  const { containers, terminationGracePeriodSeconds } = podOf("kubernetes/function-server.yaml");
  const [, pauseMs] = /setTimeout\(.*, (\d+)\)/.exec(containers[0].lifecycle.preStop.exec.command.at(-1)) ?? [];
  const [, callSeconds] =
    /callTimeout: \{ seconds: (\d+) \}/.exec(readFileSync(`${root}/docs/containers.md`, "utf8")) ?? [];
  assert.ok(terminationGracePeriodSeconds >= Number(pauseMs) / 1000 + Number(callSeconds) + 5);
});

test("two function servers are not on one node if there are two", () => {
  const [deployment] = ofKind("kubernetes/function-server.yaml", "Deployment");
  const [spread] = podOf("kubernetes/function-server.yaml").topologySpreadConstraints;
  assert.deepEqual(spread.labelSelector, deployment.spec.selector);
  assert.equal(spread.whenUnsatisfiable, "ScheduleAnyway");
});

test("tokens come from a secret", () => {
  const [{ env }] = podOf("kubernetes/runtime.yaml").containers;
  assert.deepEqual(
    env.map(({ name }: { name: string }) => name),
    ["STATEFUN_BEARER_TOKEN", "STATEFUN_ADMIN_BEARER_TOKEN"],
  );
  for (const { valueFrom } of env) assert.equal(valueFrom.secretKeyRef.name, "statefun");
});
