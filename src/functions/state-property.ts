// The property that holds a state, watched for a first touch: a stored value that no handler touches is neither decoded
// nor compared.

/** The value behind a watched property: its first read or write. */
export interface Watched {
  show(): unknown;
  replace(value: unknown): void;
}

/**
 * The key under which an instance keeps its watched states, by property. A proxy of the instance reaches them as well.
 */
const watchers = Symbol("statefun-ts watched states");

/** A property that its key reaches. */
export class StateProperty {
  readonly key: string | symbol;
  /** Every instance shares these accessors. V8 would give each instance a hidden class of its own otherwise. */
  readonly #accessors: PropertyDescriptor & Required<Pick<PropertyDescriptor, "get">>;

  constructor(key: string | symbol) {
    this.key = key;
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

  /** Watches the property, and returns true, if the property is a plain one or not there yet. */
  watch(instance: object, watched: Watched): boolean {
    const before = Object.getOwnPropertyDescriptor(instance, this.key);
    const isPlain = before === undefined ? !(this.key in instance) : before.writable && before.configurable;
    if (!isPlain || !Object.isExtensible(instance)) return false;
    const holder = instance as Record<symbol, Record<string | symbol, Watched>>;
    if (!Object.hasOwn(holder, watchers)) Object.defineProperty(holder, watchers, { value: Object.create(null) });
    (holder[watchers] as Record<string | symbol, Watched>)[this.key] = watched;
    Object.defineProperty(instance, this.key, this.#accessors);
    return true;
  }

  /** Whether the property is as {@link watch} left it: nobody has read, set, deleted or redefined it. */
  isUntouched(instance: object): boolean {
    return Object.getOwnPropertyDescriptor(instance, this.key)?.get === this.#accessors.get;
  }

  /** Ends the watch: the property is a plain one again, with this value. */
  unwatch(instance: object, value: unknown): void {
    Object.defineProperty(instance, this.key, { value, writable: true, configurable: true, enumerable: true });
  }
}
