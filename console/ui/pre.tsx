// Text as it is laid out, which may be longer or wider than its place: it scrolls, by the keyboard too.

import type { ComponentChildren } from "preact";

export interface PreProps {
  readonly class: string;
  readonly children: ComponentChildren;
}

export function Pre({ class: name, children }: PreProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <pre class={name} tabIndex={0}>
      {children}
    </pre>
  );
}
