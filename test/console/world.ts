// A running runtime with something in it, and a browser that looks at it: what every test of the console begins with.

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { StatefulFunctions } from "../../src/index.js";
import { type RuntimeOptions, StatefunRuntime } from "../../src/runtime/entry.js";
import { RecordingLogger } from "../support/recording-logger.js";
import { functions, Report } from "./world-functions.js";

export interface WorldOptions extends Partial<RuntimeOptions> {
  readonly functions?: StatefulFunctions;
}

export interface PageOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  /** Answers that stand in for those of the admin API, by their paths. */
  readonly answers?: Readonly<Record<string, () => unknown>> | undefined;
}

/** A runtime with its admin server, and a browser. */
export class World {
  readonly runtime: StatefunRuntime;
  /** Where the console is, with a slash at the end. */
  readonly url: string;
  /** What pages have complained of: errors, and what the content security policy refused. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(runtime: StatefunRuntime, browser: Browser) {
    this.runtime = runtime;
    this.#browser = browser;
    this.url = `${runtime.admin?.url}/`;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const runtime = await StatefunRuntime.open({
      functions,
      dir: false,
      ingress: false,
      admin: { port: 0 },
      egresses: { "fleet/alerts": () => {} },
      logger: new RecordingLogger(),
      ...options,
    });
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    return new World(runtime, browser);
  }

  /** Opens a page of the console, such as "#/functions". */
  async page(hash = "", { theme = "light", width = 1280, answers = {} }: PageOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: theme,
      reducedMotion: "reduce",
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.complaints.push(message.text());
    });
    for (const [path, answer] of Object.entries(answers)) {
      await page.route(
        (url) => url.pathname.endsWith(`/${path}`),
        (route) => route.fulfill({ json: answer() }),
      );
    }
    await page.goto(`${this.url}${hash}`);
    return page;
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    await this.#browser.close();
    await this.runtime.close({ grace: 0 });
  }
}

/** Lets devices report, so that there is something to see: 40 devices on 3 sites, of which 2 are broken and one is a ghost. */
export async function fill({ runtime }: World): Promise<void> {
  const report = (id: string, value: Report) => runtime.send("fleet/device", id, Report.pack(value));
  for (let index = 0; index < 40; index++) {
    const status = index % 7 === 3 ? "offline" : "online";
    await report(`d-${index}`, { site: `site-${index % 3}`, battery: (index * 13) % 100, status });
  }
  for (const id of ["d-5", "d-11"]) await report(id, { site: "site-0", battery: 50, status: "broken" });
  await report("ghost-1", { site: "site-1", battery: 3, status: "online" });
  const { metrics } = runtime.engine;
  while (metrics.parked < 2 || metrics.deadLettersKept < 1) await new Promise((resolve) => setImmediate(resolve));
}
