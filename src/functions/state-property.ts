// The property a state is kept in, and how it is watched: a stored value that no handler has touched is neither decoded nor
// compared.

/** What a property shows and takes while it is watched. */
export interface Watched {
  show(): unknown;
  replace(value: unknown): void;
}

/** Where an instance keeps who is watching, by property. Through a proxy of the instance it is found as well. */
const watchers = Symbol("statefun-ts watched states");

/** A property that is reached by its key. */
export class StateProperty {
  readonly #key: string | symbol;
  /** The same functions for all instances: engines take another one's for another shape of object. */
  readonly #accessors: PropertyDescriptor & Required<Pick<PropertyDescriptor, "get">>;

  constructor(key: string | symbol) {
    this.#key = key;
    const watchedOf = (instance: object) =>
      (instance as Record<symbol, Record<string | symbol, Watched>>)[watchers]?.[key];
    this.#accessors = {
      get(this: object) {
        return watchedOf(this)?.show();
      },
      set(this: object, value: unknown) {
        watchedOf(this)?.replace(value);
      },
      configurable: true,
      enumerable: true,
    };
  }

  /** Begins to watch, where the property is a plain one or not there yet; says whether it does. */
  watch(instance: object, watched: Watched): boolean {
    const before = Object.getOwnPropertyDescriptor(instance, this.#key);
    const isPlain = before === undefined ? !(this.#key in instance) : before.writable && before.configurable;
    if (!isPlain || !Object.isExtensible(instance)) return false;
    const holder = instance as Record<symbol, Record<string | symbol, Watched>>;
    if (!Object.hasOwn(holder, watchers)) Object.defineProperty(holder, watchers, { value: Object.create(null) });
    (holder[watchers] as Record<string | symbol, Watched>)[this.#key] = watched;
    Object.defineProperty(instance, this.#key, this.#accessors);
    return true;
  }

  /** Whether it is as {@link watch} left it: neither read, set, deleted nor defined anew. */
  isUntouched(instance: object): boolean {
    return Object.getOwnPropertyDescriptor(instance, this.#key)?.get === this.#accessors.get;
  }

  /** Makes it a plain property. */
  unwatch(instance: object, value: unknown): void {
    Object.defineProperty(instance, this.#key, { value, writable: true, configurable: true, enumerable: true });
  }
}
