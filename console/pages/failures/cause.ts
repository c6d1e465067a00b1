// The part of a failure's reason that tells failures apart.

/**
 * A reason without what stands before it in every failure of a handler: the address, and which message of its call has failed.
 * "<address>, message <n> of <n> (shop.types/pay): The card is missing." becomes "The card is missing."
 */
export function causeOf(reason: string): { readonly text: string; readonly typename: string | undefined } {
  const [, typename, text] = /^.*?, message (?:<n>|\d+) of (?:<n>|\d+) \(([^)]*)\): (.+)$/s.exec(reason) ?? [];
  return text === undefined ? { text: reason, typename: undefined } : { text, typename };
}
