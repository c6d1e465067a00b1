// The shell of the console: navigation, the search box, the keyboard, the themes, the login, and a prefix.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { errors } from "../../src/errors.js";
import { fill, World } from "./world.js";

describe("the console", () => {
  let world: World;
  before(async () => {
    world = await World.open();
    await fill(world);
  });
  after(() => world?.close());

  test("a link changes the page, the tab's title, the mark in the navigation, and moves the focus to the page", async () => {
    const page = await world.page();
    await page.getByRole("navigation").getByRole("link", { name: "Functions" }).click();
    await page.getByRole("heading", { level: 1, name: "Functions" }).waitFor();
    assert.equal(await page.title(), "Functions · statefun");
    assert.equal(await page.getByRole("navigation").locator("[aria-current=page]").textContent(), "Functions");
    assert.equal(await page.evaluate("document.activeElement.tagName"), "MAIN");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  test("a dialog closes when the browser goes back to another page", async () => {
    const page = await world.page("#/functions");
    await page.goto(`${world.url}#/functions/fleet%2Fdevice/d-1`);
    await page.getByRole("button", { name: "Send or call" }).click();
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Functions" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("a URL that is no page says so", async () => {
    const page = await world.page("#/nothing/here");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  });

  test("a filter and the order of a table stand in the URL, and a URL brings them back", async () => {
    const page = await world.page("#/functions");
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("fleet/s");
    await page.getByRole("link", { name: "fleet/device" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Addresses" }).click();
    assert.equal(new URL(page.url()).hash, "#/functions?q=fleet%2Fs&sort=-addresses");
    const other = await world.page("#/functions?sort=-addresses");
    const names = other.locator("tbody td:first-child");
    await names.first().waitFor();
    assert.deepEqual(await names.allTextContents(), ["fleet/device", "fleet/site", "fleet/overview"]);
    assert.equal(await other.locator("th[aria-sort=descending]").textContent(), "Addresses");
  });

  test("the slash puts the cursor into the search box, arrows choose, Enter goes there", async () => {
    const page = await world.page("#/functions");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("/");
    const box = page.getByRole("banner").getByRole("combobox");
    await page.locator("[role=combobox]:focus").waitFor();
    await page.keyboard.type("fleet");
    await page.getByRole("banner").getByRole("option").nth(2).waitFor();
    await page.keyboard.press("ArrowDown");
    const chosen = await page.locator("[role=option][aria-selected=true] .cut").textContent();
    await page.keyboard.press("Enter");
    assert.equal(new URL(page.url()).hash, `#/functions/${encodeURIComponent(chosen ?? "")}`);
    assert.equal(await box.inputValue(), "");
  });

  test("the search box leads to an address, and Esc empties it", async () => {
    const page = await world.page("#/functions");
    const box = page.getByRole("banner").getByRole("combobox");
    await box.fill("nothing like it");
    await page.keyboard.press("Escape");
    assert.equal(await box.inputValue(), "");
    await box.fill("fleet/device/d-1");
    await page.getByRole("option", { name: "fleet/device/d-1 address" }).click();
    assert.equal(new URL(page.url()).hash, "#/functions/fleet%2Fdevice/d-1");
  });

  test("the first Tab offers to skip to the page", async () => {
    const page = await world.page("#/functions");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Tab");
    await page.locator("button:focus", { hasText: "Skip to the page" }).waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.tagName"), "MAIN");
  });

  test("the theme is the system's until one is chosen, and a chosen one is remembered", async () => {
    const page = await world.page("#/functions", { theme: "dark" });
    const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    assert.equal(await scheme(), "light dark");
    await page.getByRole("button", { name: /^Theme: system/ }).click();
    assert.equal(await scheme(), "light");
    await page.reload();
    await page.getByRole("button", { name: /^Theme: light/ }).click();
    assert.equal(await scheme(), "dark");
    await page.getByRole("button", { name: /^Theme: dark/ }).click();
    assert.equal(await scheme(), "light dark");
  });

  test("on a phone the pages are behind a button", async () => {
    const page = await world.page("", { width: 360 });
    const link = page.getByRole("navigation").getByRole("link", { name: "Functions" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await link.isVisible(), false);
    await page.getByRole("button", { name: "Pages" }).click();
    await link.click();
    await page.getByRole("heading", { level: 1, name: "Functions" }).waitFor();
    assert.equal(await link.isVisible(), false);
  });

  test("a failed request is shown with its code, and the page goes on by itself", async () => {
    const page = await world.page();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.route("**/functions?*", (route) =>
      route.fulfill({ status: 503, json: { code: "STORE_FULL", message: "The disk is full." } }),
    );
    await page.getByRole("navigation").getByRole("link", { name: "Functions" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("STORE_FULL").waitFor();
    await alert.getByText(errors.STORE_FULL.advice).waitFor();
    await page.unroute("**/functions?*");
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "fleet/device" }).waitFor();
    assert.equal(await alert.count(), 0);
  });

  test("it works under a prefix, and asks nobody but the server of its page", async (t) => {
    const admin = new URL(world.runtime.admin?.url ?? "");
    const proxy = createServer((asked, response) => {
      const path = (asked.url ?? "").replace("/ops/statefun/", "/");
      const { headers, method } = asked;
      const handed = request(
        { port: admin.port, path, method, headers: { ...headers, host: admin.host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      asked.pipe(handed);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const prefix = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/ops/statefun/`;
    const page = await world.page();
    await page.goto("about:blank"); // what the first page still asks for would count
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${prefix}#/functions`);
    await page.getByRole("link", { name: "fleet/device" }).waitFor();
    assert.ok(asked.length > 3);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(prefix) && !url.startsWith("data:")),
      [],
    );
  });

  test("no page has complained", () => {
    assert.deepEqual(world.complaints, []);
  });
});

describe("the console of a server with a token", () => {
  let world: World;
  before(async () => {
    world = await World.open({ admin: { port: 0, bearerToken: "let-me-in" } });
  });
  after(() => world?.close());

  test("a form asks for the token; a wrong one is refused, the right one is kept for the tab alone", async () => {
    const page = await world.page("#/functions");
    const token = page.getByLabel("Bearer token of the admin server");
    await token.fill("let-me-out");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("UNAUTHORIZED").waitFor();
    await token.fill("let-me-in");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "fleet/device" }).waitFor();
    await page.reload();
    await page.getByRole("link", { name: "fleet/device" }).waitFor();
    assert.ok(
      !JSON.stringify(await page.evaluate("({ ...localStorage, cookie: document.cookie })")).includes("let-me-in"),
    );
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole("button", { name: "Log in" }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    assert.equal(await page.evaluate("sessionStorage.length"), 0);
  });
});

test("a console of a server that changes nothing says so in its header", async (t) => {
  const world = await World.open({ admin: { port: 0, readOnly: true } });
  t.after(() => world.close());
  const page = await world.page("#/functions");
  await page.getByRole("banner").getByText("read-only", { exact: true }).waitFor();
  await page.getByRole("link", { name: "fleet/device" }).waitFor();
  assert.deepEqual(world.complaints, []);
});
