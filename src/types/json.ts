// JSON values under a typename, checked by a Standard Schema when one is given.

import { platform } from "../bytes/platform.js";
import { describe, StatefunError } from "../errors.js";
import { FlatJson } from "../model/flat-json.js";
import type { TypenameOf, WithTypename } from "../model/named.js";
import { assertPlainJson, assertShallowJson } from "../model/plain-json.js";
import { type Content, type Followed, Type, type TypeForm } from "../model/type.js";
import { TypedValue } from "../model/typed-value.js";
import { parseJsonBytes } from "./bytes.js";

/** The part of a Standard Schema (standardschema.dev: zod, valibot, arktype, …) that `json` uses. */
export interface StandardSchema<T = unknown> {
  /** The members that the specification gives every schema. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/**
 * Makes a type of JSON values. A schema validates on write (VALUE_INVALID) and on read (VALUE_UNREADABLE); it must be
 * synchronous and accept the values that it returns. A value that JSON would drop or change (a Map, a Date, NaN, …) is
 * VALUE_INVALID. Throws TYPE_NAME_INVALID and OPTION_INVALID.
 *
 * @example
 * ```ts
 * interface Order {
 *   readonly item: string;
 *   readonly pieces: number;
 * }
 * const Order = json<Order>("example/order");
 *
 * const packed = Order.pack({ item: "tea", pieces: 2 });
 * ```
 */
export function json<T, N extends string = TypenameOf<T>>(
  typename: N,
  schema?: StandardSchema<T>,
): Type<WithTypename<T, N>> {
  return new JsonType(typename, schema as StandardSchema<WithTypename<T, N>> | undefined);
}

/** The part of a Standard JSON Schema that `json` uses. */
interface StandardJsonSchema {
  readonly jsonSchema?: { input(options: { target: string }): unknown };
}

class JsonType<T> extends Type<T> {
  readonly #schema: StandardSchema<T> | undefined;

  constructor(typename: string, schema: StandardSchema<T> | undefined) {
    super(typename);
    if (schema !== undefined && typeof schema?.["~standard"]?.validate !== "function") {
      throw new StatefunError(
        "OPTION_INVALID",
        `The schema of ${typename} is no Standard Schema: it lacks "~standard". Update the schema's library.`,
      );
    }
    this.#schema = schema;
  }

  override get form(): TypeForm {
    return "json";
  }

  override get sharesBytes(): boolean {
    return false;
  }

  override follow(): Followed<T> {
    const flat = new FlatJson(this.typename);
    let taken: T | undefined;
    return {
      take: (value) => {
        taken = this.#validate(value, "VALUE_INVALID");
        return flat.take(taken);
      },
      keep: () => flat.keep(),
      packTaken: () => this.#packPlain(taken),
      packKept: () => {
        flat.undo();
        return this.#packPlain(flat.value());
      },
    };
  }

  override toJson(value: T): unknown {
    return value;
  }

  override contentOf(): Content {
    return { start: 0, isText: true };
  }

  /** A schema says its JSON Schema if it is a Standard JSON Schema too, as those of zod 4 are. */
  override jsonSchema(): unknown {
    const schema = this.#schema as { "~standard": StandardJsonSchema } | undefined;
    return schema?.["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
  }

  override fromJson(json: unknown): T {
    return this.#validate(json, "VALUE_INVALID");
  }

  serialize(value: T): Uint8Array {
    const valid = this.#validate(value, "VALUE_INVALID");
    assertPlainJson(valid, this.typename);
    return platform.encodeUtf8(JSON.stringify(valid));
  }

  /** Packs a value that was found to be JSON. */
  #packPlain(value: unknown): TypedValue<T> {
    return new TypedValue<T>(this.typename, platform.encodeUtf8(JSON.stringify(value)));
  }

  deserialize(bytes: Uint8Array): T {
    let value: unknown;
    try {
      assertShallowJson(bytes);
      value = parseJsonBytes(bytes);
    } catch (error) {
      throw new StatefunError("VALUE_UNREADABLE", `A ${this.typename} is not JSON: ${describe(error)}`, {
        cause: error,
      });
    }
    return this.#validate(value, "VALUE_UNREADABLE");
  }

  #validate(value: unknown, code: "VALUE_INVALID" | "VALUE_UNREADABLE"): T {
    if (this.#schema === undefined) return value as T;
    const result = this.#schema["~standard"].validate(value);
    if (result instanceof Promise) {
      result.catch(() => {}); // its outcome no longer matters
      throw new StatefunError(
        "OPTION_INVALID",
        `The schema of ${this.typename} is asynchronous; it must be synchronous.`,
      );
    }
    if (result.issues === undefined) return result.value;
    const issues = result.issues.map((issue) => [pathOf(issue.path), issue.message].filter(Boolean).join(": "));
    throw new StatefunError(code, `A ${this.typename} does not match its schema: ${issues.join("; ")}`);
  }
}

function pathOf(path: readonly unknown[] | undefined): string {
  return (path ?? [])
    .map((step) => String(typeof step === "object" && step !== null && "key" in step ? step.key : step))
    .join(".");
}
