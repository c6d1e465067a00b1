// What to do about an error, by its code: the package's own table of errors, loaded when the first error is shown.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

type Table = Readonly<Record<string, { readonly advice: string }>>;

const table = signal<Table | undefined>(undefined);
let asked = false;

/** The advice for a code; undefined until the table is there, and for a code of the application. */
export function useAdvice(code: string): string | undefined {
  useEffect(() => {
    if (asked) return;
    asked = true;
    import("../../src/error-table.js").then(
      ({ errors }) => {
        table.value = errors;
      },
      () => {
        asked = false; // The server is away; the next error asks again.
      },
    );
  }, []);
  const known = table.value;
  return known !== undefined && Object.hasOwn(known, code) ? plain(known[code]?.advice as string) : undefined;
}

/** The table marks code with backticks. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}
