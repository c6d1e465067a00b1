// The option `functionOptions` of a runtime: options of functions, by their names.

import { StatefunError } from "../../errors.js";
import {
  type FunctionOptions,
  type FunctionPolicy,
  functionOptions,
  policyOf,
  policyOver,
} from "../../model/function-policy.js";
import { type Option, optionInvalid } from "../../model/options.js";
import { parseTypeName, type TypeName } from "../../model/type-name.js";

/** Options of functions: by "namespace/name", or by "namespace/*" for all functions of the namespace. */
export type FunctionOptionsByName = Readonly<Record<string, FunctionOptions>>;

/** The name that stands for every function of a namespace. */
const everyName = "*";

/** What is served: a function of this process or of the module file, one of this process, any of a namespace. */
interface Served {
  function(typeName: TypeName): boolean;
  here(typeName: TypeName): boolean;
  namespace(namespace: string): boolean;
}

/** The policies that `functionOptions` names. */
export class FunctionPolicies {
  readonly #policies: ReadonlyMap<string, FunctionPolicy>;

  constructor(policies: ReadonlyMap<string, FunctionPolicy> = new Map()) {
    this.#policies = policies;
  }

  /**
   * The policy of a function: what `functionOptions` says of it by name, then what the function says of itself, then what
   * `functionOptions` says of its namespace. Undefined when none of the three says anything.
   */
  of(namespace: string, name: string, own?: FunctionPolicy): FunctionPolicy | undefined {
    const said = [
      this.#policies.get(`${namespace}/${name}`),
      own,
      this.#policies.get(`${namespace}/${everyName}`),
    ].filter((policy) => policy !== undefined);
    return said.length === 0 ? undefined : said.reduceRight((general, policy) => policyOver(policy, general));
  }

  /**
   * Throws OPTION_INVALID when a name of `functionOptions` is that of no function, which is a misspelt name, and when an option
   * can't hold for the function.
   */
  assertServed(serves: Served): void {
    for (const [key, { callTimeoutMs }] of this.#policies) {
      const typeName = parseTypeName(key);
      if (
        callTimeoutMs !== undefined &&
        typeName.name !== everyName &&
        serves.function(typeName) &&
        !serves.here(typeName)
      ) {
        throw new StatefunError(
          "OPTION_INVALID",
          `The runtime's functionOptions has a callTimeout for ${key}, which the module file serves. Set timeouts.call of its endpoint in the module file.`,
        );
      }
      if (typeName.name === everyName ? serves.namespace(typeName.namespace) : serves.function(typeName)) continue;
      throw new StatefunError(
        "OPTION_INVALID",
        `The runtime's functionOptions has options for ${key}, but nothing serves ${typeName.name === everyName ? "a function of that namespace" : "that function"}. Correct the name.`,
      );
    }
  }
}

/** Reads `functionOptions`. Throws OPTION_INVALID, DURATION_INVALID and TYPE_NAME_INVALID. */
export const functionPoliciesOption: Option<FunctionOptionsByName, FunctionPolicies> = (input, name, where) => {
  if (input === undefined) return new FunctionPolicies();
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw optionInvalid(where, name, input, 'an object of options by name, such as { "example/count": { … } }');
  }
  const policies = new Map<string, FunctionPolicy>();
  for (const [key, options] of Object.entries(input)) {
    parseTypeName(key);
    policies.set(key, policyOf(functionOptions.read(`${where}'s ${name} of ${key}`, options)));
  }
  return new FunctionPolicies(policies);
};
