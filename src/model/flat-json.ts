// A JSON value as one flat list, to see whether the value has changed and to make the value anew.

import { assertPlainJson, deepestPlain, isPlain, notJson } from "./plain-json.js";

// They begin a list or an object, and end either. No JSON value is the same object.
const beginList = Object.freeze({});
const beginObject = Object.freeze({});
const end = Object.freeze({});

/**
 * The value as it was taken last: its keys and its parts, in the order of JSON. The list stays the same one, since most values
 * change in few places: to write what is there already costs more than to compare it. What a take overwrites is noted, until
 * the take is kept or undone.
 */
export class FlatJson {
  readonly #what: string;
  readonly #slots: unknown[] = [];
  #length = 0;
  #keptLength = 0;
  /** Places of the kept value that the last take has overwritten, each followed by what was there. */
  #overwritten: unknown[] = [];
  /** The next place to compare or to read. */
  #at = 0;
  /** The prototype whose objects have no properties but their own; undefined when somebody has added some to it. */
  #barePrototype: object | undefined;

  /** `what` names the value in error messages. */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * Takes a value. Returns whether JSON of it is another text than JSON of the value before. Throws VALUE_INVALID, as
   * assertPlainJson does; the take must be undone then.
   */
  take(value: unknown): boolean {
    this.#at = 0;
    this.#barePrototype = Object.keys(Object.prototype).length === 0 ? Object.prototype : undefined;
    if (!this.#fits(value, 0)) {
      assertPlainJson(value, this.#what);
      throw notJson([], this.#what, "it was another value when it was read again");
    }
    const isLonger = this.#at !== this.#length;
    this.#length = this.#at;
    return isLonger || this.#overwritten.length > 0;
  }

  /** Keeps what was taken last. */
  keep(): void {
    if (this.#overwritten.length > 0) this.#overwritten = [];
    this.#keptLength = this.#length;
  }

  /** Goes back to what was kept last. */
  undo(): void {
    const overwritten = this.#overwritten;
    for (let index = overwritten.length - 2; index >= 0; index -= 2) {
      this.#slots[overwritten[index] as number] = overwritten[index + 1];
    }
    this.#overwritten = [];
    this.#length = this.#keptLength;
  }

  /** Makes the value anew. */
  value(): unknown {
    this.#at = 0;
    return this.#next();
  }

  /** Takes a part. Returns false for a part that has no JSON form. */
  #fits(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        if (this.#slots[this.#at++] !== value) this.#overwrite(value);
        return true;
      case "number":
        if (this.#slots[this.#at++] === value) return true;
        this.#overwrite(value);
        return Number.isFinite(value);
      case "boolean":
        if (this.#slots[this.#at++] !== value) this.#overwrite(value);
        return true;
      case "object":
        if (value !== null) return this.#fitsContainer(value, depth);
        if (this.#slots[this.#at++] !== null) this.#overwrite(null);
        return true;
      default:
        return false;
    }
  }

  #fitsContainer(value: object, depth: number): boolean {
    if (depth > deepestPlain) return false;
    const isList = Array.isArray(value);
    if (isList ? !this.#fitsList(value, depth) : !this.#fitsObject(value as Record<string, unknown>, depth))
      return false;
    if (this.#slots[this.#at++] !== end) this.#overwrite(end);
    return true;
  }

  #fitsList(list: readonly unknown[], depth: number): boolean {
    if (!isPlain(Object.getPrototypeOf(list)) || Object.keys(list).length > list.length) return false;
    if (this.#slots[this.#at++] !== beginList) this.#overwrite(beginList);
    for (let index = 0; index < list.length; index++) if (!this.#fits(list[index], depth + 1)) return false;
    return true;
  }

  #fitsObject(object: Record<string, unknown>, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (this.#slots[this.#at++] !== beginObject) this.#overwrite(beginObject);
    if (prototype === this.#barePrototype) {
      // This loop takes half the time of a list of the keys. It would find inherited properties too.
      for (const key in object) if (!this.#fitsProperty(key, object[key], depth)) return false;
      return true;
    }
    if (!isPlain(object)) return false;
    for (const key of Object.keys(object)) if (!this.#fitsProperty(key, object[key], depth)) return false;
    return true;
  }

  #fitsProperty(key: string, property: unknown, depth: number): boolean {
    // JSON leaves an undefined property out, and the property of the read value is undefined again.
    if (property === undefined) return true;
    if (this.#slots[this.#at++] !== key) this.#overwrite(key);
    return this.#fits(property, depth + 1);
  }

  #overwrite(part: unknown): void {
    const at = this.#at - 1;
    if (at < this.#keptLength) this.#overwritten.push(at, this.#slots[at]);
    this.#slots[at] = part;
  }

  #next(): unknown {
    const part = this.#slots[this.#at++];
    if (part === beginList) {
      const list: unknown[] = [];
      while (this.#slots[this.#at] !== end) list.push(this.#next());
      this.#at += 1;
      return list;
    }
    if (part !== beginObject) return part;
    const object: Record<string, unknown> = {};
    while (this.#slots[this.#at] !== end) {
      const key = this.#slots[this.#at++] as string;
      const property = this.#next();
      if (key !== "__proto__") object[key] = property;
      // To assign "__proto__" would set the prototype.
      else
        Object.defineProperty(object, key, { value: property, writable: true, enumerable: true, configurable: true });
    }
    this.#at += 1;
    return object;
  }
}
