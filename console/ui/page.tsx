// What pages are laid out with: their head, and panels.

import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";

export interface PageHeadProps {
  readonly title: string;
  /** The title of the browser's tab. Defaults to the title. */
  readonly tab?: string;
  /** What stands beside the title, such as badges. */
  readonly beside?: ComponentChildren;
  /** Buttons at the end of the line. */
  readonly children?: ComponentChildren;
  /** The pages above this one, each with its link. */
  readonly above?: readonly { readonly text: string; readonly href: string }[];
}

/** The head of a page: its only h1, and the title of the browser's tab. */
export function PageHead({ title, tab = title, beside, children, above = [] }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tab} · statefun`;
  }, [tab]);
  return (
    <div class="page-head">
      {above.length > 0 && (
        <nav class="crumbs" aria-label="Above this page">
          {above.map(({ text, href }) => (
            <span key={href}>
              <a href={href}>{text}</a> /
            </span>
          ))}
        </nav>
      )}
      <h1 title={title}>{title}</h1>
      {beside}
      {children !== undefined && <div class="end">{children}</div>}
    </div>
  );
}

export interface PanelProps {
  readonly title: string;
  /** What stands beside the title. */
  readonly beside?: ComponentChildren;
  /** Buttons at the end of the panel's head. */
  readonly actions?: ComponentChildren;
  /** Whether the content keeps a distance from the frame; a table doesn't. Defaults to false. */
  readonly padded?: boolean;
  readonly children: ComponentChildren;
}

/** A part of a page, with a title. */
export function Panel({ title, beside, actions, padded = false, children }: PanelProps) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {beside}
        {actions !== undefined && <div class="end">{actions}</div>}
      </header>
      {padded ? <div class="inside">{children}</div> : children}
    </section>
  );
}
