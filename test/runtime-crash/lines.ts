// What the two processes of a crash test tell each other, one JSON value a line.

import type { Msg } from "../engine/app.js";

/** How the store of the worker fails: the disk is full, or it works and says that it does not, and can't be read. */
export type Failing = "full" | "silent";

/** What the worker is to do. */
export type Order =
  | {
      readonly order: "request";
      readonly kind: "send" | "call";
      readonly key: string;
      readonly to: string;
      readonly msg: Msg;
    }
  | { readonly order: "look" }
  | { readonly order: "states"; readonly addresses: readonly string[] };

/** What the worker says. */
export type Line =
  | { readonly ready: true }
  | { readonly key: string; readonly answer: string }
  | { readonly failed: string; readonly why: string }
  | { readonly egress: string; readonly id: string; readonly from: string; readonly text: string }
  | { readonly log: string; readonly synced: number }
  | Looks
  | { readonly kept: Readonly<Record<string, Readonly<Record<string, string>>>> };

export interface Looks {
  /** Whether there is something to do before long. */
  readonly busy: boolean;
  readonly delayedPending: number;
  readonly parked: number;
}
