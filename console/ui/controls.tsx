// Buttons and fields.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icon.js";

export interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly onClick?: () => void;
  /** "main" is the one thing that a dialog or page is for; "danger" loses something; "plain" has no frame. Defaults to "normal". */
  readonly kind?: "normal" | "main" | "danger" | "danger-main" | "plain";
  readonly icon?: IconName;
  readonly disabled?: boolean;
  /** What the button does, where it has an icon alone. */
  readonly label?: string;
  /** For a button that stays pressed. */
  readonly pressed?: boolean;
  readonly type?: "button" | "submit";
}

const classes = { normal: "", main: "main", danger: "danger", "danger-main": "danger main", plain: "plain" } as const;

export function Button(props: ButtonProps) {
  const { children, onClick, kind = "normal", icon, disabled = false, label, pressed, type = "button" } = props;
  const bare = children === undefined;
  return (
    <button
      type={type}
      class={`button ${classes[kind]}${bare ? " icon" : ""}`}
      disabled={disabled}
      aria-label={label}
      title={bare ? label : undefined}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {icon && <Icon name={icon} size={bare ? 16 : 14} />}
      {children}
    </button>
  );
}

export interface SegmentsProps<Value extends string> {
  /** What is chosen here. */
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}

/** A choice of a few things, all of them in sight. */
export function Segments<Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>) {
  return (
    <fieldset class="segments" aria-label={label}>
      {options.map((option) => (
        <Button key={option.value} pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.text}
        </Button>
      ))}
    </fieldset>
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  /** What is wrong with the value; undefined when nothing is. */
  readonly fault?: string | undefined;
  readonly type?: "text" | "password" | "number" | "search" | "datetime-local";
  readonly lines?: number;
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly autofocus?: boolean;
}

/** A text with its label above it. */
export function TextField(props: TextFieldProps) {
  const { label, value, onInput, hint, fault, type = "text", lines = 1, disabled = false, placeholder } = props;
  const id = useId();
  const shared = {
    id,
    class: "input",
    value,
    disabled,
    placeholder,
    autoFocus: props.autofocus ?? false,
    autoComplete: "off",
    spellcheck: false,
    "aria-invalid": fault === undefined ? undefined : ("true" as const),
    "aria-describedby": hint === undefined && fault === undefined ? undefined : `${id}-more`,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines > 1 ? (
        <textarea {...shared} rows={lines} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...shared} type={type as "text"} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {(fault ?? hint) !== undefined && (
        <span id={`${id}-more`} class={fault === undefined ? "hint" : "fault"}>
          {fault ?? hint}
        </span>
      )}
    </div>
  );
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}

/** A choice of many things. In a row of filters the label is read aloud only. */
export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <select class="input" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

export interface FilterProps {
  /** What the filter chooses by; it stands in the empty field. */
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** A text that a list is filtered by. */
export function Filter({ label, value, onInput }: FilterProps) {
  return (
    <input
      class="input"
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      autoComplete="off"
      spellcheck={false}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

export interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Check({ label, checked, onChange, disabled = false }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
