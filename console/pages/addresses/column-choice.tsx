// Chooses the states that are columns of the list.

import type { OneFunction } from "../../../src/runtime/admin/api/one-function.js";
import { Check } from "../../ui/controls.js";
import { setColumns } from "./choice.js";

export interface ColumnChoiceProps {
  readonly known: OneFunction | undefined;
  readonly chosen: readonly string[];
}

/** States whose names hold a comma can't be chosen: the URL's list has commas between the names. */
export function ColumnChoice({ known, chosen }: ColumnChoiceProps) {
  const declared = (known?.states ?? []).map(({ name }) => name).filter((name) => !name.includes(","));
  const names = [...new Set([...declared, ...chosen])];
  if (names.length === 0) return null;
  return (
    <details class="menu">
      <summary class="button">Columns{chosen.length > 0 && ` (${chosen.length})`}</summary>
      <fieldset class="menu-content" aria-label="States that are columns">
        {names.map((name) => (
          <Check
            key={name}
            label={name}
            checked={chosen.includes(name)}
            onChange={(checked) => setColumns(checked ? [...chosen, name] : chosen.filter((other) => other !== name))}
          />
        ))}
      </fieldset>
    </details>
  );
}
