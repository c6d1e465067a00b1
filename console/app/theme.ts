// Light or dark: as the system says, or as the person has chosen in this browser.

import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "statefun-theme";
const chosen = localStorage.getItem(key);

/** The chosen theme. */
export const theme = signal<Theme>(chosen === "light" || chosen === "dark" ? chosen : "system");

/** Counts changes of the theme, the system's too. A chart that draws on a canvas reads its colours again. */
export const themeChanges = signal(0);

const system = matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", () => {
  themeChanges.value += 1;
});

show(theme.value);

/** Changes the theme and remembers it. */
export function chooseTheme(next: Theme): void {
  theme.value = next;
  if (next === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, next);
  show(next);
  themeChanges.value += 1;
}

function show(next: Theme): void {
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
