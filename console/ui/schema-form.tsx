// A form made of a JSON Schema. It changes a plain JSON value, part by part, so that the JSON text may be edited in between.

import { useState } from "preact/hooks";
import { type Field, fieldOf, startOf } from "../values/form-field.js";
import { type JsonPath, partAt, withoutPart, withPart } from "../values/json-path.js";
import type { JsonSchema } from "../values/json-schema.js";
import { Button, Check, TextField } from "./controls.js";

export interface SchemaFormProps {
  /** What the whole value is called. */
  readonly label: string;
  readonly schema: JsonSchema;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

export function SchemaForm({ label, schema, value, onChange }: SchemaFormProps) {
  const form: Form = {
    root: schema,
    value,
    set: (path, part) => onChange(withPart(value, path, part)),
    remove: (path) => onChange(withoutPart(value, path)),
  };
  return (
    <div class="form">
      <Control form={form} schema={schema} path={[]} label={label} />
    </div>
  );
}

interface Form {
  readonly root: JsonSchema;
  readonly value: unknown;
  readonly set: (path: JsonPath, part: unknown) => void;
  readonly remove: (path: JsonPath) => void;
}

interface ControlProps {
  readonly form: Form;
  readonly schema: JsonSchema;
  readonly path: JsonPath;
  readonly label: string;
}

function Control({ form, schema, path, label }: ControlProps) {
  const field = fieldOf(schema, form.root);
  const value = partAt(form.value, path);
  const shared = { form, path, label: field.title ?? label, hint: field.description };
  if (value === null && field.nullable) {
    return (
      <div class="field">
        <span class="label">{shared.label}</span>
        <div class="row">
          <code>null</code>
          <Button onClick={() => form.set(path, startOfKind(field, schema, form.root))}>Give a value</Button>
        </div>
      </div>
    );
  }
  const control = <Kind field={field} schema={schema} value={value} {...shared} />;
  if (!field.nullable) return control;
  return (
    <div class="nullable">
      {control}
      <Button kind="plain" onClick={() => form.set(path, null)}>
        null
      </Button>
    </div>
  );
}

/** A value that is not null. The start of a schema that allows null is null. */
function startOfKind(field: Field, schema: JsonSchema, root: JsonSchema): unknown {
  const start = startOf(schema, root);
  if (start !== null) return start;
  const empty = { text: "", number: 0, boolean: false, object: {}, list: [], union: undefined, json: {} };
  if (field.kind === "choice") return field.options[0];
  if (field.kind === "union") return startOf(field.options[0] ?? true, root);
  return empty[field.kind];
}

interface KindProps {
  readonly form: Form;
  readonly field: Field;
  readonly schema: JsonSchema;
  readonly path: JsonPath;
  readonly label: string;
  readonly hint: string | undefined;
  readonly value: unknown;
}

function Kind(props: KindProps) {
  const { form, field, path, label, hint, value } = props;
  switch (field.kind) {
    case "text":
      return (
        <TextField
          label={label}
          value={typeof value === "string" ? value : value === undefined ? "" : String(value)}
          onInput={(text) => form.set(path, text)}
          {...hinted(hint)}
          {...(field.format === undefined ? {} : { placeholder: field.format })}
        />
      );
    case "number":
      return <NumberControl {...props} field={field} />;
    case "boolean":
      return <Check label={label} checked={value === true} onChange={(checked) => form.set(path, checked)} />;
    case "choice":
      return <Choice {...props} options={field.options} />;
    case "object":
      return <ObjectControl {...props} field={field} />;
    case "list":
      return <ListControl {...props} item={field.item} />;
    case "union":
      return <UnionControl {...props} options={field.options} />;
    default:
      return <JsonControl {...props} />;
  }
}

const hinted = (hint: string | undefined) => (hint === undefined ? {} : { hint });

function NumberControl({
  form,
  path,
  label,
  hint,
  value,
  field,
}: KindProps & { readonly field: Extract<Field, { kind: "number" }> }) {
  // What is typed stays as it is typed: "1." and "-" are on the way to a number.
  const [typed, setTyped] = useState<string>();
  const text =
    typed !== undefined && Number(typed) === value ? typed : value === undefined ? (typed ?? "") : String(value);
  const fault = faultOf(text, field);
  return (
    <TextField
      label={label}
      value={text}
      onInput={(changed) => {
        setTyped(changed);
        const number = Number(changed);
        form.set(path, changed.trim() === "" || Number.isNaN(number) ? changed : number);
      }}
      {...hinted(hint)}
      fault={fault}
    />
  );
}

function faultOf(text: string, { whole, least, most }: Extract<Field, { kind: "number" }>): string | undefined {
  const number = Number(text);
  if (text.trim() === "" || Number.isNaN(number)) return "It must be a number.";
  if (whole && !Number.isInteger(number)) return "It must be a whole number.";
  if (least !== undefined && number < least) return `It must be at least ${least}.`;
  if (most !== undefined && number > most) return `It must be at most ${most}.`;
  return undefined;
}

function Choice({ form, path, label, value, options }: KindProps & { readonly options: readonly unknown[] }) {
  const place = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value));
  const shown = options.map((option, index) => ({
    value: String(index),
    text: typeof option === "string" ? option : JSON.stringify(option),
  }));
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select
        class="input"
        value={String(place)}
        onChange={(event) => form.set(path, options[Number(event.currentTarget.value)])}
      >
        {place < 0 && <option value="-1">choose</option>}
        {shown.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function ObjectControl({
  form,
  path,
  label,
  hint,
  value,
  field,
}: KindProps & { readonly field: Extract<Field, { kind: "object" }> }) {
  const [name, setName] = useState("");
  const held = typeof value === "object" && value !== null ? value : {};
  const known = new Set(field.properties.map((property) => property.name));
  const missing = field.properties.filter((property) => !Object.hasOwn(held, property.name));
  const present = field.properties.filter((property) => Object.hasOwn(held, property.name));
  const { others } = field;
  const shown = [
    ...present,
    ...Object.keys(held)
      .filter((key) => !known.has(key))
      .map((key) => ({ name: key, schema: others ?? true, required: false })),
  ];
  return (
    <fieldset class={path.length === 0 ? "group outermost" : "group"}>
      <legend class={path.length === 0 ? "aside-text" : "label"}>{label}</legend>
      {hint !== undefined && <p class="muted small">{hint}</p>}
      {shown.map((property) => (
        <div key={property.name} class="member">
          <Control form={form} schema={property.schema} path={[...path, property.name]} label={property.name} />
          {!property.required && (
            <Button
              kind="plain"
              icon="close"
              label={`Remove ${property.name}`}
              onClick={() => form.remove([...path, property.name])}
            />
          )}
        </div>
      ))}
      {missing.length > 0 && (
        <div class="row">
          {missing.map((property) => (
            <Button
              key={property.name}
              kind="plain"
              onClick={() => form.set([...path, property.name], startOf(property.schema, form.root))}
            >
              + {property.name}
            </Button>
          ))}
        </div>
      )}
      {others !== undefined && (
        <div class="row">
          <input
            class="input"
            aria-label={`Name of another property of ${label}`}
            placeholder="name"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <Button
            disabled={name === "" || Object.hasOwn(held, name)}
            onClick={() => {
              form.set([...path, name], startOf(others, form.root));
              setName("");
            }}
          >
            Add
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function ListControl({ form, path, label, value, item }: KindProps & { readonly item: JsonSchema }) {
  const items = Array.isArray(value) ? value : [];
  return (
    <fieldset class="group">
      <legend class="label">{label}</legend>
      {items.map((_, index) => (
        <div key={index} class="member">
          <Control form={form} schema={item} path={[...path, index]} label={`${label} ${index + 1}`} />
          <Button
            kind="plain"
            icon="close"
            label={`Remove ${label} ${index + 1}`}
            onClick={() => form.remove([...path, index])}
          />
        </div>
      ))}
      <Button kind="plain" onClick={() => form.set([...path, items.length], startOf(item, form.root))}>
        + {label}
      </Button>
    </fieldset>
  );
}

/** The person says which alternative the value is: several may fit an empty one. */
function UnionControl({ form, path, label, value, options }: KindProps & { readonly options: readonly JsonSchema[] }) {
  const [chosen, setChosen] = useState(() => {
    const found = options.findIndex((option) => looksLike(value, fieldOf(option, form.root), form.root));
    return Math.max(found, 0);
  });
  const texts = options.map((option, index) => nameOf(option, form.root) ?? `alternative ${index + 1}`);
  return (
    <fieldset class="group">
      <legend class="label">{label}</legend>
      <select
        class="input"
        aria-label={`Which ${label}`}
        value={String(chosen)}
        onChange={(event) => {
          const index = Number(event.currentTarget.value);
          setChosen(index);
          form.set(path, startOf(options[index] ?? true, form.root));
        }}
      >
        {texts.map((text, index) => (
          <option key={index} value={String(index)}>
            {text}
          </option>
        ))}
      </select>
      <Control key={chosen} form={form} schema={options[chosen] ?? true} path={path} label={texts[chosen] ?? label} />
    </fieldset>
  );
}

/** Whether a value has the kind of a field, and the constants of its properties. */
function looksLike(value: unknown, field: Field, root: JsonSchema): boolean {
  switch (field.kind) {
    case "choice":
      return field.options.some((option) => JSON.stringify(option) === JSON.stringify(value));
    case "text":
      return typeof value === "string";
    case "object":
      return (
        typeof value === "object" &&
        value !== null &&
        field.properties.every(({ name, schema, required }) => {
          if (!Object.hasOwn(value, name)) return !required;
          const inner = fieldOf(schema, root);
          return inner.kind !== "choice" || looksLike(Reflect.get(value, name), inner, root);
        })
      );
    case "list":
      return Array.isArray(value);
    default:
      return typeof value === field.kind;
  }
}

/** An alternative is called by its title, or by the constant that tells it from the others. */
function nameOf(schema: JsonSchema, root: JsonSchema): string | undefined {
  const field = fieldOf(schema, root);
  if (field.title !== undefined) return field.title;
  if (field.kind === "choice") return field.options.map((option) => String(option)).join(" or ");
  if (field.kind !== "object") return field.kind;
  for (const property of field.properties) {
    const inner = fieldOf(property.schema, root);
    if (inner.kind === "choice" && inner.options.length === 1) return `${property.name}: ${inner.options[0]}`;
  }
  return field.properties.map(({ name }) => name).join(", ") || undefined;
}

function JsonControl({ form, path, label, hint, value }: KindProps) {
  const [typed, setTyped] = useState<string>();
  const own = value === undefined ? "" : JSON.stringify(value);
  const isSame = typed !== undefined && partOf(typed) === own;
  const text = isSame || (typed !== undefined && partOf(typed) === undefined) ? (typed as string) : own;
  return (
    <TextField
      label={label}
      value={text}
      lines={3}
      onInput={(changed) => {
        setTyped(changed);
        if (partOf(changed) !== undefined) form.set(path, JSON.parse(changed));
      }}
      {...hinted(hint ?? "JSON")}
      fault={partOf(text) === undefined ? "This is no JSON." : undefined}
    />
  );
}

/** JSON without spaces, to compare it; undefined for text that is no JSON. */
function partOf(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
