// Chooses one of the runtime's functions, or all of them, and keeps the choice in the URL.

import type { FunctionList } from "../../src/runtime/admin/api/functions.js";
import { queryOf, setQuery } from "../app/location.js";
import { useGet } from "../app/use-get.js";
import { Select } from "./controls.js";

/**
 * The choice is the URL's `function`. A function that is not listed stays chosen: it may have nothing to do any more. `none` is
 * the text of no choice.
 */
export function FunctionFilter({ none = "All functions" }: { readonly none?: string }) {
  const { data } = useGet<FunctionList>("functions", { limit: 1000 });
  const chosen = queryOf("function");
  const listed = (data?.functions ?? []).map((each) => each.function);
  const names = chosen === "" || listed.includes(chosen) ? listed : [chosen, ...listed];
  return (
    <Select
      label="Function"
      value={chosen}
      options={[{ value: "", text: none }, ...names.map((name) => ({ value: name, text: name }))]}
      onChange={(name) => setQuery({ function: name })}
    />
  );
}
