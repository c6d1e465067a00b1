// The search box of the header: it jumps to a function or to an address. "/" puts the cursor into it.

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { FunctionList } from "../../src/runtime/admin/api/functions.js";
import { Icon } from "../ui/icon.js";
import { get } from "./api.js";
import { type Jump, jumpsFor } from "./jumps.js";
import { go } from "./location.js";

export function SearchBox() {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal("");
  const open = useSignal(false);
  const chosen = useSignal(0);
  const names = useSignal<readonly string[]>([]);
  const jumps = open.value ? jumpsFor(text.value, names.value) : [];
  const at = Math.min(chosen.value, jumps.length - 1);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const writing = target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog");
      if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const look = async () => {
    open.value = true;
    try {
      const { functions } = await get<FunctionList>("functions", { limit: 1000 });
      names.value = functions.map((each) => each.function);
    } catch {
      // A name that is written in full is found without the list.
    }
  };
  const take = (jump: Jump | undefined) => {
    if (jump === undefined) return;
    text.value = "";
    open.value = false;
    input.current?.blur();
    go(jump.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") chosen.value = Math.min(at + 1, jumps.length - 1);
    else if (event.key === "ArrowUp") chosen.value = Math.max(at - 1, 0);
    else if (event.key === "Enter") take(jumps[at]);
    else if (event.key === "Escape") {
      if (text.value === "") input.current?.blur();
      text.value = "";
    } else return;
    event.preventDefault();
  };
  return (
    <search class="search">
      <Icon name="search" size={14} />
      <input
        ref={input}
        class="input"
        type="text"
        role="combobox"
        aria-label="Jump to a function or an address"
        aria-expanded={jumps.length > 0}
        aria-controls={`${id}-options`}
        aria-activedescendant={jumps.length > 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Function or address"
        autoComplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          chosen.value = 0;
          open.value = true;
        }}
        onFocus={look}
        onBlur={() => {
          open.value = false;
        }}
        onKeyDown={onKeyDown}
      />
      <kbd>/</kbd>
      {jumps.length > 0 && (
        <div class="options" role="listbox" id={`${id}-options`} aria-label="Places">
          {jumps.map((jump, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
            <div
              key={jump.href}
              role="option"
              id={`${id}-${index}`}
              aria-selected={index === at}
              // The field would lose the focus, and the list would close before the click.
              onMouseDown={(event) => event.preventDefault()}
              onMouseEnter={() => {
                chosen.value = index;
              }}
              onClick={() => take(jump)}
            >
              <span class="cut">{jump.text}</span>
              <span class="muted">{jump.kind}</span>
            </div>
          ))}
        </div>
      )}
    </search>
  );
}
