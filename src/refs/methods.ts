// An object that has every method, behind the refs of the client, of the runtime and of the testing kit.

/**
 * Names that JavaScript and Jest look up by themselves. To await, print, compare or store a ref must not call a function.
 */
const reserved = new Set<string | symbol>(["then", "toJSON", "toString", "valueOf", "constructor", "asymmetricMatch"]);

/** Returns an object that has every method. `call` carries each of them out. */
export function methods(call: (method: string, message: unknown, options?: object) => Promise<unknown>): object {
  return new Proxy(Object.create(null), {
    get(_target, key) {
      if (typeof key === "symbol" || reserved.has(key)) return undefined;
      // Asynchronous, so that a message that can't be sent rejects as every other failure does.
      return async (message: unknown, options?: object) => call(key, message, options);
    },
  });
}
