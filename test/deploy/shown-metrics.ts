// What a real runtime shows at /metrics, once it has had something of everything: messages that end and fail, records that
// an egress refuses, a run of a workflow, a schedule, requests to the ingress.

import { type Context, StatefulFunction, StatefulFunctions, TerminalError, Types, Workflow } from "statefun-ts";
import { StatefunRuntime, schedule } from "statefun-ts/runtime";

/** The labels of each metric, by the names that stand in the text: a histogram has `_bucket`, `_sum` and `_count`. */
export type ShownMetrics = ReadonlyMap<string, ReadonlySet<string>>;

const mail = "shop/mails";
@StatefulFunction("shop/checkout")
class Checkout {
  @Workflow(Types.string)
  async place(text: string) {
    return text;
  }
}

const functions = new StatefulFunctions()
  .bind(Checkout)
  .register("shop/echo", (text: string) => text, { handles: [Types.string] })
  .register(
    "shop/fails",
    () => {
      throw new TerminalError("It fails.");
    },
    { handles: [Types.string] },
  )
  .register("shop/mails", (text: string, context: Context) => context.sendEgress(mail, text), {
    handles: [Types.string],
  });

/** Runs a runtime and reads its metrics. */
export async function shownMetrics(): Promise<ShownMetrics> {
  let refused = () => {};
  const hasRefused = new Promise<void>((resolve) => {
    refused = resolve;
  });
  const runtime = await StatefunRuntime.open({
    functions,
    dir: false,
    ingress: { port: 0 },
    admin: { port: 0 },
    egresses: {
      [mail]: () => {
        refused();
        throw new Error("The mail server is down.");
      },
    },
    schedules: [schedule({ name: "nightly", cron: "0 3 * * *", target: "shop/echo", id: "all", message: "go" })],
    logger: { error() {}, warn() {} },
  });
  try {
    const body = '"tea"';
    const headers = { "Content-Type": "application/json" };
    await fetch(`${runtime.ingress?.url}/call/shop/echo/bob`, { method: "POST", body, headers });
    await fetch(`${runtime.ingress?.url}/call/shop/fails/bob`, { method: "POST", body, headers });
    await runtime.call("shop/checkout", "bob", "tea");
    await runtime.send("shop/mails", "bob", "tea");
    await hasRefused;
    return parse(await (await fetch(`${runtime.admin?.url}/metrics`)).text());
  } finally {
    await runtime.close({ grace: { seconds: 0 } });
  }
}

function parse(text: string): ShownMetrics {
  const shown = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const names = shown.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) names.add(label);
    shown.set(name, names);
  }
  return shown;
}
