// The unit, as systemd itself reads it, and what the unit starts.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { root } from "../docs/pages.ts";
import { deployed, instructionsOf } from "./files.ts";

const unit = "systemd/statefun.service";
const settingOf = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(deployed(unit))?.[1] ?? "";

function analyze(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("systemd-analyze", [...args, `${root}/deploy/${unit}`], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout + stderr;
}

test("systemd finds no fault in the unit", () => {
  assert.equal(analyze("verify").trim(), "");
});

test("systemd finds the service well enclosed: at most 2 of 10", () => {
  analyze("security", "--offline=yes", "--threshold=20");
});

test("the unit starts node itself, with the image's entry point", () => {
  const image = instructionsOf(deployed("docker/Dockerfile")).find(({ name }) => name === "ENTRYPOINT");
  const [, ...entryPoint]: string[] = JSON.parse(image?.rest ?? "");
  assert.ok(settingOf("ExecStart").startsWith(`/usr/bin/node ${entryPoint.join(" ")} start `));
});

test("the data is in the folder that systemd makes, and stopping may take longer than the runtime does", () => {
  assert.match(settingOf("ExecStart"), new RegExp(`--dir /var/lib/${settingOf("StateDirectory")}( |$)`));
  assert.ok(Number(settingOf("TimeoutStopSec")) > 10);
});
