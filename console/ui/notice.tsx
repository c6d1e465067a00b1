// Notices, badges, and what stands in the place of data that are not there.

import type { ComponentChildren } from "preact";
import { useAdvice } from "../app/advice.js";
import type { ApiError } from "../app/api.js";
import type { Polled } from "../app/poller.js";
import { Button } from "./controls.js";

export type Tone = "plain" | "ok" | "warn" | "bad" | "accent";

export function Badge({ tone = "plain", children }: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export interface NoticeProps {
  readonly tone?: Tone;
  readonly code?: string;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function Notice({ tone = "plain", code, children, actions }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <div>
        {code !== undefined && <span class="code">{code} </span>}
        {children}
      </div>
      {actions}
    </div>
  );
}

/** A failed request: its code, its message, and the advice of the table of errors. */
export function Failure({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) {
  const advice = useAdvice(error.code);
  return (
    <Notice tone="bad" code={error.code} actions={retry && <Button onClick={retry}>Try again</Button>}>
      {error.message}
      {advice !== undefined && !error.message.includes(advice) && <span class="muted"> {advice}</span>}
    </Notice>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export interface LoadedProps<T> {
  readonly of: Polled<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** Shows an answer when it is there. A failure of a later request stands above the last answer. */
export function Loaded<T>({ of, children }: LoadedProps<T>) {
  const { data, error } = of;
  return (
    <>
      {error !== undefined && <Failure error={error} retry={() => of.reload()} />}
      {data === undefined ? error === undefined && <Empty>Loading …</Empty> : children(data)}
    </>
  );
}
