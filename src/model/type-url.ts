// Type URLs: the typenames of protobuf messages.

/** The prefix that protobuf's own libraries put before a message's full name. */
export const typeUrlPrefix = "type.googleapis.com/";

/** The usual type URL of the protobuf message that a type URL with any prefix names. */
export function protobufName(typeUrl: string): string {
  return typeUrlPrefix + typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}

/**
 * Whether `typename` names the type whose typename is `own`. The prefix of a protobuf message's type URL says where a
 * definition might be looked up, not which message it is, so a message's type URL may have any prefix.
 */
export function namesType(own: string, typename: string): boolean {
  if (typename === own) return true;
  return own.startsWith(typeUrlPrefix) && protobufName(typename) === own;
}
