import assert from "node:assert/strict";
import { test } from "node:test";
import type { Duration } from "../../src/model/duration.ts";
import {
  checked,
  defineOptions,
  duration,
  nested,
  nonEmptyText,
  oneOf,
  port,
  positiveInteger,
  required,
  timer,
  unchecked,
  withDefault,
} from "../../src/model/options.ts";
import { throwsCode } from "../support/expect-code.ts";

interface PageOptions {
  readonly size?: number;
  readonly timeout?: Duration;
  readonly order?: "up" | "down";
}

const pageOptions = defineOptions<PageOptions>()({
  size: withDefault(positiveInteger, 50),
  timeout: timer,
  order: oneOf("up", "down"),
});

test("options are read with their defaults, and durations as milliseconds", () => {
  const read: { size: number; timeout: number | undefined; order: "up" | "down" | undefined } = pageOptions.read(
    "The page",
    { timeout: { seconds: 2 } },
  );
  assert.deepEqual(read, { size: 50, timeout: 2_000, order: undefined });
});

test("no options object is an empty one", () => {
  assert.deepEqual(pageOptions.read("The page", undefined), pageOptions.read("The page", {}));
});

test("an option that is given as undefined has its default", () => {
  assert.equal(pageOptions.read("The page", { size: undefined } as object).size, 50);
});

test("an unknown option is refused with the names of the known options", () => {
  for (const name of ["sizes", "toString", "__proto__"]) {
    const input = Object.defineProperty({}, name, { value: 1, enumerable: true });
    throwsCode(
      () => pageOptions.read("The page", input),
      "OPTION_INVALID",
      `The page has no option "${name}". It has: size, timeout, order.`,
    );
  }
});

test("anything but an object is refused", () => {
  for (const input of [null, 5, "size", [1], () => {}]) {
    throwsCode(() => pageOptions.read("The page", input as never), "OPTION_INVALID");
  }
});

test("an option may come from a prototype", () => {
  assert.equal(pageOptions.read("The page", Object.create({ size: 7 })).size, 7);
});

test("a value that fails its check is refused with the place, the name, the value and what it must be", () => {
  throwsCode(
    () => pageOptions.read("The page", { size: -1 }),
    "OPTION_INVALID",
    "The page: size is -1; it must be a whole number above 0.",
  );
});

const fails = (option: (input: never, name: string, where: string) => unknown, input: unknown) =>
  throwsCode(() => option(input as never, "it", "The page"), "OPTION_INVALID");

test("each check takes what it says and nothing else", () => {
  for (const input of [0, 1.5, "1", Number.NaN, null]) fails(positiveInteger, input);
  assert.equal(positiveInteger(1, "it", "The page"), 1);
  for (const input of [-1, 65_536, "80", 1.5]) fails(port, input);
  assert.equal(port(0, "it", "The page"), 0);
  for (const input of ["", 5, null]) fails(nonEmptyText, input);
  for (const input of ["Up", null]) fails(oneOf("up", "down"), input);
  assert.equal(oneOf("up", "down")("down", "it", "The page"), "down");
});

test("a wrong duration, or one that no timer can wait for, is refused with its place", () => {
  throwsCode(() => duration("soon" as never, "delay", "The page"), "DURATION_INVALID", "The page: delay: ");
  assert.equal(duration(0, "delay", "The page"), 0);
  for (const input of [0, -1, { days: 25 }]) {
    throwsCode(() => timer(input, "timeout", "The page"), "DURATION_INVALID");
  }
});

test("an option that must be given is refused when it is not", () => {
  const url = required(nonEmptyText, "a URL");
  throwsCode(
    () => url(undefined, "url", "The page"),
    "OPTION_INVALID",
    "The page: url is undefined; it must be a URL.",
  );
  assert.equal(url("http://a", "url", "The page"), "http://a");
});

test("options inside options are read by their own description", () => {
  const book = defineOptions<{ page?: PageOptions }>()({ page: nested(pageOptions) });
  assert.equal(book.read("The book", undefined).page.size, 50);
  throwsCode(
    () => book.read("The book", { page: { sise: 1 } as never }),
    "OPTION_INVALID",
    'The book\'s page has no option "sise". It has: size, timeout, order.',
  );
});

test("the compiler compares a description with its interface", () => {
  // @ts-expect-error: the option order is missing
  defineOptions<PageOptions>()({ size: positiveInteger, timeout: timer });
  // @ts-expect-error: there is no option color
  defineOptions<PageOptions>()({ ...pageOptions.described, color: nonEmptyText });
  // @ts-expect-error: a timeout may be an object of units as well
  defineOptions<PageOptions>()({ ...pageOptions.described, timeout: positiveInteger });
  // @ts-expect-error: the default is no number
  defineOptions<PageOptions>()({ ...pageOptions.described, size: withDefault(positiveInteger, "50") });
  const larger = defineOptions<PageOptions & { logger?: Console; even?: number }>()({
    ...pageOptions.described,
    logger: unchecked<Console>(),
    even: checked("even", (input): input is number => (input as number) % 2 === 0),
  });
  assert.deepEqual(Object.keys(larger.described), ["size", "timeout", "order", "logger", "even"]);
});
