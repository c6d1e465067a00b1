// What a function server tells of its functions: which there are, what they take and keep, and how their types are written.

/** The form of the description. A runtime takes no description of a later form. */
export const describedForm = 1;

/** What stands behind an endpoint's path in the path of the description. */
export const describedPath = "/functions";

/** The answer of a function server about its functions. */
export interface DescribedFunctions {
  /** The form of this description. */
  readonly statefun: typeof describedForm;
  readonly functions: readonly DescribedFunction[];
  /** The types of the functions, and the others that the server has made. StateFun's own types are left out. */
  readonly types: readonly DescribedType[];
  /** The messages that the protobuf types are made of, by names that hold in this description alone. */
  readonly messages: Readonly<Record<string, DescribedMessage>>;
  /** The enums of the messages, by such names: the name of each value and its number. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One function. */
export interface DescribedFunction {
  /** The type name, "namespace/name". */
  readonly function: string;
  /** Whether the function may take every type, by a catch-all or in a workflow. */
  readonly takesAll: boolean;
  /** The types that the function takes, in the order of its declaration. */
  readonly handlers: readonly {
    readonly method: string;
    readonly typename: string;
    readonly readOnly: boolean;
    readonly beginsRun: boolean;
  }[];
  /** The states that people see, in the order of the declaration. */
  readonly states: readonly {
    readonly name: string;
    readonly typename: string;
    readonly expireMode: "none" | "after-write" | "after-call";
    readonly expireAfterMs: number;
    /** The packed default in base64; null when there is none. */
    readonly default: string | null;
  }[];
}

/** One type. */
export interface DescribedType {
  readonly typename: string;
  /** How the values are written; "unknown" when only the server can read them. */
  readonly kind: "json" | "protobuf" | "unknown";
  /** The JSON Schema of a JSON type; null when none is known. */
  readonly schema: object | null;
  /** The name of a protobuf type's message in `messages`; null when its fields can't be known. */
  readonly message: string | null;
}

/** The fields of a protobuf message, by the names that its JSON has. */
export interface DescribedMessage {
  readonly fields: Readonly<Record<string, DescribedField>>;
  /** The fields of which at most one is set. */
  readonly oneofs: Readonly<Record<string, readonly string[]>>;
}

/** A field of a protobuf message. */
export interface DescribedField {
  /** The number of the field on the wire. */
  readonly id: number;
  /** A type of .proto files, such as "sint32", or the name of one of the messages or enums. */
  readonly type: string;
  /** The type of a map's keys. Fields that are no maps have none. */
  readonly keyType?: string;
  /** Whether the field is a list. Defaults to false. */
  readonly isList?: boolean;
}
