// What every page of the console is called with.

/** The parts of the path that the URL has filled in. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}
