// The bearer token of the admin server. It is kept in the session's storage only, so it goes with the browser's tab.

import { signal } from "@preact/signals";

const key = "statefun-bearer-token";

/** Whether the admin server has refused a request for want of the right token. The shell then shows the login form. */
export const loginNeeded = signal(false);

/** Whether there is a token to forget. */
export const loggedIn = signal(sessionStorage.getItem(key) !== null);

/** The header that lets a request in; empty without a token. */
export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(key);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** Keeps a token for the requests that follow. */
export function keepToken(token: string): void {
  sessionStorage.setItem(key, token);
  loggedIn.value = true;
}

/** Forgets the token and shows the login form. */
export function forgetToken(): void {
  sessionStorage.removeItem(key);
  loggedIn.value = false;
  loginNeeded.value = true;
}
