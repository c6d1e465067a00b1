// Values and messages, as every answer of the admin server shows them.

/** A value whose type the server knows. */
export interface DecodedValue {
  /** The typename of the value. */
  readonly typename: string;
  /** The value as JSON. */
  readonly value: unknown;
}

/** A value whose type the server does not know, or that is no JSON. */
export interface EncodedValue {
  /** The typename of the value. */
  readonly typename: string;
  /** The packed bytes of the value, in base64. */
  readonly base64: string;
}

/** A value of more than 256 KiB, of which only the head is shown. A state's whole value can be downloaded. */
export interface LargeValue {
  /** The typename of the value. */
  readonly typename: string;
  /** How many packed bytes the value has. */
  readonly bytes: number;
  /** The first 4 KiB of the value: its text when it is JSON or a string, otherwise its packed bytes in base64. */
  readonly head: string;
  /** What the head is: text, or bytes in base64. */
  readonly headIs: "text" | "base64";
}

/** A value as people see it. */
export type ShownValue = DecodedValue | EncodedValue | LargeValue;

/** One pair of a message's metadata: its value is text, null, or bytes in base64 when it is no text. */
export type ShownMetadata =
  | { readonly name: string; readonly value: string | null }
  | { readonly name: string; readonly base64: string };

/** A message as people see it: its value, and its metadata if it has any. */
export type ShownMessage = ShownValue & {
  /** The pairs of the message's metadata, in their order; missing when there are none. */
  readonly metadata?: readonly ShownMetadata[];
};
