// The questions of create-statefun, and what it takes for an answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeChoices, WrongUsage } from "../../create-statefun/src/choices.js";

/** Answers one question after the other, and notes the questions. */
function answering(...answers: string[]) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answers.shift() as string;
  };
  return { questions, ask };
}

test("the defaults are taken when there is nobody to ask", async () => {
  assert.deepEqual(await completeChoices({}, undefined), {
    messages: "json",
    decorators: "standard",
    modules: "esm",
  });
});

test("what no option gives is asked for", async () => {
  const { ask, questions } = answering("protobuf", "commonjs");
  assert.deepEqual(await completeChoices({ decorators: "legacy" }, ask), {
    messages: "protobuf",
    decorators: "legacy",
    modules: "commonjs",
  });
  assert.equal(questions.length, 2);
});

test("an empty answer takes the default, the beginning of a value the value, and another answer is asked for again", async () => {
  const { ask, questions } = answering("", "xml", " L ", "esm");
  assert.deepEqual(await completeChoices({}, ask), { messages: "json", decorators: "legacy", modules: "esm" });
  assert.equal(questions.length, 4);
});

test("a value that an option may not have is refused before the first question", async () => {
  const { ask, questions } = answering();
  await assert.rejects(completeChoices({ modules: "amd" }, ask), WrongUsage);
  assert.deepEqual(questions, []);
});
