// The shell: the header, the navigation, and the page that the URL names.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../ui/controls.js";
import { Icon } from "../ui/icon.js";
import { Badge, Empty } from "../ui/notice.js";
import { PageHead } from "../ui/page.js";
import { closeDialog } from "./dialogs.js";
import { DialogHost, Toasts } from "./floating.js";
import { Health } from "./health.js";
import { readOnly } from "./info.js";
import { toOverview } from "./links.js";
import { route } from "./location.js";
import { Login } from "./login.js";
import { type Page, pages } from "./pages.js";
import { matchRoute } from "./route.js";
import { SearchBox } from "./search-box.js";
import { forgetToken, loggedIn, loginNeeded } from "./session.js";
import { chooseTheme, theme } from "./theme.js";

export function Shell() {
  const menu = useSignal(false);
  const { parts } = route.value;
  const { page, params } = find(parts);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = parts.join("\n");
  const locked = loginNeeded.value;

  // A click on a link is over when the page has changed: the focus goes on from the page, and not from the link. A dialog belongs to
  // the page that opened it, and the browser's "back" reaches below an open dialog.
  useEffect(() => {
    menu.value = false;
    if (first.current) first.current = false;
    else {
      closeDialog();
      main.current?.focus({ preventScroll: true });
    }
    scrollTo(0, 0);
  }, [place]);

  if (locked) return <Login />;
  const Content = page?.content;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="header">
        <span class="menu-button">
          <Button
            kind="plain"
            icon={menu.value ? "close" : "menu"}
            label="Pages"
            pressed={menu.value}
            onClick={() => {
              menu.value = !menu.value;
            }}
          />
        </span>
        <a class="brand" href={toOverview()} aria-label="statefun: overview">
          <Brand />
          <span>statefun</span>
        </a>
        <SearchBox />
        <div class="header-end">
          {readOnly() && <Badge tone="accent">read-only</Badge>}
          <Health />
          <ThemeButton />
          {loggedIn.value && <Button kind="plain" icon="leave" label="Log out" onClick={forgetToken} />}
        </div>
      </header>
      <div class="body">
        <Rail open={menu.value} current={page} />
        <main class="page" ref={main} tabIndex={-1}>
          {Content === undefined ? <Nowhere /> : <Content key={place} params={params} />}
        </main>
      </div>
      <DialogHost />
      <Toasts />
    </>
  );
}

function find(parts: readonly string[]): { readonly page?: Page; readonly params: Readonly<Record<string, string>> } {
  for (const page of pages) {
    const params = matchRoute(page.path, parts);
    if (params !== undefined) return { page, params };
  }
  return { params: {} };
}

function Rail({ open, current }: { readonly open: boolean; readonly current: Page | undefined }) {
  const groups = [...new Set(pages.flatMap(({ nav }) => (nav === undefined ? [] : [nav.group])))];
  return (
    <nav class={`rail${open ? " open" : ""}`} aria-label="Pages">
      {groups.map((group) => (
        <div key={group}>
          {group !== "" && <h2>{group}</h2>}
          <ul>
            {pages
              .filter(({ nav }) => nav?.group === group)
              .map(({ path, nav }) => (
                <li key={path}>
                  <a href={`#/${path}`} aria-current={isWithin(current, path) ? "page" : undefined}>
                    <Icon name={nav?.icon ?? "overview"} />
                    {nav?.text}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** A page without an entry of its own in the navigation belongs to the one whose path it begins with, or that it names. */
function isWithin(current: Page | undefined, path: string): boolean {
  if (current === undefined) return false;
  const home = current.nav === undefined ? (current.under ?? current.path.split("/")[0]) : current.path;
  return home === path;
}

const nextTheme = { system: "light", light: "dark", dark: "system" } as const;
const themeIcon = { system: "system", light: "sun", dark: "moon" } as const;

function ThemeButton() {
  const next = nextTheme[theme.value];
  return (
    <Button
      kind="plain"
      icon={themeIcon[theme.value]}
      label={`Theme: ${theme.value}. Change to ${next}.`}
      onClick={() => chooseTheme(next)}
    />
  );
}

function Brand() {
  return (
    <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="4" fill="currentColor" />
      <path d="M4 5h5M4 8h8M7 11h5" stroke="var(--surface)" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}

function Nowhere() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty>
        <a href={toOverview()}>To the overview</a>
      </Empty>
    </>
  );
}
