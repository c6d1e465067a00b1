// Whether an owner lives, by what this machine can know of it.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { describe, test } from "node:test";
import { lifeOf, type Owner, ownerHere, parseOwner } from "../../src/store/owner.js";

const machine = "pid:[4026531836]";
/** This thread, as if it ran on a machine of its own, outside of a container. */
const here: Owner = { ...ownerHere(tmpdir()), boot: "boot", namespace: machine, machine: "machine", host: "host" };
/** A number that no process has: Linux gives numbers up to 2^22. */
const nobody = { pid: 2 ** 22 + 1, task: `${2 ** 22 + 1}/task/${2 ** 22 + 1}` };

const lives: Readonly<Record<string, readonly [Partial<Owner>, ReturnType<typeof lifeOf>]>> = {
  "this thread": [{}, "alive"],
  "a process under a number that another one has now": [{ started: "1" }, "dead"],
  "a process that is gone": [nobody, "dead"],
  "a thread that has ended, of a process that lives": [{ task: `${process.pid}/task/1`, started: "1" }, "dead"],
  "the owner of the folder that this one is a copy of": [{ folder: "/elsewhere", inode: "1:1" }, "dead"],
  "the owner of this folder under another path": [{ folder: "/elsewhere" }, "alive"],
  "a process before the machine was started again": [{ boot: "earlier" }, "dead"],
  "a process of another machine": [{ boot: "other", machine: "other", host: "other" }, "unknown"],
  "a process of a machine with the same id and another name": [{ boot: "other", host: "other" }, "unknown"],
  "a container of another machine with the same id and name": [{ boot: "other", namespace: "pid:[1]" }, "unknown"],
  "a container on this machine": [{ namespace: "pid:[1]" }, "unknown"],
  "a container on this machine whose process is gone": [{ namespace: "pid:[1]", ...nobody }, "unknown"],
};

describe("on Linux", { skip: process.platform !== "linux" }, () => {
  for (const [what, [fields, life]] of Object.entries(lives)) {
    test(`${what} is ${life}`, () => {
      assert.equal(lifeOf({ ...here, ...fields }, here), life);
    });
  }

  test("of a container, an earlier start of the machine proves nothing", () => {
    const inside: Owner = { ...here, namespace: "pid:[1]" };
    assert.equal(lifeOf({ ...inside, boot: "earlier" }, inside), "unknown");
  });
});

describe("where there is no /proc", () => {
  const bare = { boot: "", namespace: "", machine: "", task: "", started: "" };
  test("a process that is gone is dead; a process that is there may be another one", () => {
    const inside: Owner = { ...here, ...bare };
    assert.equal(lifeOf({ ...inside, ...nobody, task: "" }, inside), "dead");
    assert.equal(lifeOf(inside, inside), "unknown");
    assert.equal(lifeOf({ ...inside, ...nobody, task: "", host: "elsewhere" }, inside), "unknown");
  });
});

test("an owner is read as it was written, and a part of a record is not an owner", () => {
  const text = JSON.stringify(here);
  assert.deepEqual(parseOwner(text), here);
  assert.equal(parseOwner(text.slice(0, -1)), undefined);
  for (const wrong of [{ token: "../other" }, { pid: "1" }, { started: 1 }]) {
    assert.equal(parseOwner(JSON.stringify({ ...here, ...wrong })), undefined);
  }
});
