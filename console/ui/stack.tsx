// The stack of an error. Its lines are not wrapped: they are scrolled.

export function Stack({ of }: { readonly of: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="trace" aria-label="Stack" tabIndex={0}>
      <pre>{of}</pre>
    </section>
  );
}
