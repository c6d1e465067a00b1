// `statefun retry --all` and `statefun drop --all`: changes of many parked addresses at once, through the admin server.

import { filterOf } from "./failure-filter.js";
import type { Input } from "./parse.js";
import { preview } from "./preview.js";
import { print, printJson } from "./print.js";
import { askAdmin, jsonOf, look, queryOf } from "./request.js";

interface Swept {
  readonly retried?: number;
  readonly addresses?: number;
  readonly dropped?: number;
  readonly through: string;
  readonly next: string | null;
}

interface ParkedPage {
  readonly parked: readonly { readonly function: string; readonly code: string }[];
  readonly next: string | null;
}

/** Delivers messages to all parked addresses again that the options choose. */
export async function retryAll(input: Input): Promise<void> {
  if (input.flag("dry-run")) return previewOf(input, (count) => `retry ${addressesText(count)}`);
  const { addresses } = await sweep(input, "retry", {}, (done) => `Retried ${addressesText(done)}`);
  if (input.flag("json")) printJson({ retried: addresses });
}

/** Removes messages of all parked addresses that the options choose. */
export async function dropAll(input: Input): Promise<void> {
  const whole = input.flag("all-messages");
  const what = whole ? "all messages" : "the first message";
  if (input.flag("dry-run")) return previewOf(input, (count) => `drop ${what} of ${addressesText(count)}`);
  const which = whole ? "all" : "first";
  const say = (done: number, dropped: number) =>
    `Dropped ${dropped === 1 ? "1 message" : `${dropped} messages`} of ${addressesText(done)}`;
  const swept = await sweep(input, "drop", { which }, say);
  if (input.flag("json")) printJson(swept);
}

/** Sends requests until all addresses are taken. Each of them takes some, so that none takes long. */
async function sweep(
  input: Input,
  action: "retry" | "drop",
  query: Readonly<Record<string, string>>,
  say: (addresses: number, dropped: number) => string,
): Promise<{ addresses: number; dropped: number }> {
  let addresses = 0;
  let dropped = 0;
  let place: { through?: string; after?: string } = {};
  for (;;) {
    const path = `/parked/${action}${queryOf({ ...filterOf(input), ...query, ...place })}`;
    const swept = jsonOf<Swept>(await askAdmin(input, { method: "POST", path }));
    addresses += swept.retried ?? swept.addresses ?? 0;
    dropped += swept.dropped ?? 0;
    if (swept.next === null) break;
    place = { through: swept.through, after: swept.next };
    if (!input.flag("json")) print(`${say(addresses, dropped)} so far.`);
  }
  if (!input.flag("json")) print(`${say(addresses, dropped)}.`);
  return { addresses, dropped };
}

const previewOf = (input: Input, say: (count: number) => string) =>
  preview(input, {
    noun: "addresses",
    none: "No parked address is chosen.",
    say,
    page: async (place) => {
      const path = `/parked${queryOf({ ...filterOf(input), ...place })}`;
      const { parked, next } = await look<ParkedPage>(input, path);
      return { failures: parked, next };
    },
  });

const addressesText = (count: number) => (count === 1 ? "1 address" : `${count} addresses`);
