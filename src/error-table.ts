// The one table of errors: what each code means, what to do about it, and how a caller and a command end with it.

import { argument, code, type ErrorInfo, operation, request } from "./error-info.js";
import { workflowErrors } from "./workflow-errors.js";

/** Every stable code, with what there is to know about it. The tables in docs/errors.md say the same. */
export const errors = {
  // Declaring functions: raised when a class is evaluated or bound, never at the first message.
  DECORATOR_MISPLACED: code(
    "A decorator stands on a member, class or parameter it is not for.",
    "Put the decorator where the message says: `@StatefulFunction` on a class, `@Handles` on a method, `@State` on a property, none on a static member.",
  ),
  DECORATOR_UNSUPPORTED: code(
    "The compiler can't compile standard decorators, or its standard decorators carry no metadata.",
    "Use TypeScript 5.2, esbuild 0.24 or swc 1.4 or later, or `experimentalDecorators`. In Vite, do what the message says.",
  ),
  TYPE_NAME_INVALID: argument(
    "A type name is not of the form namespace/name.",
    "Write `namespace/name`, with neither half empty.",
    2,
  ),
  TYPE_UNKNOWN: code(
    "The type of a state or message can't be known from the declaration; it must be written.",
    "Write the type: `Types.int`, a message class, `json(…)` or `custom(…)`. If the type is `undefined`, two files import each other.",
  ),
  STATE_NAME_INVALID: argument(
    "A state has no name, or one that belongs to the package.",
    'Give the state a name: `@State("count")`.',
  ),
  STATE_DUPLICATE: code(
    "Two properties of one class declare the same state name.",
    "Give one of the two another name.",
  ),
  HANDLER_DUPLICATE: code("Two handlers of one function take the same message type.", "Leave the type to one handler."),
  HANDLER_MISSING: code("A function has no handler at all.", "Put `@Handles` on a method; give `register` a function."),
  FUNCTION_UNDECORATED: code(
    "A class without @StatefulFunction was bound or sent to.",
    "Put `@StatefulFunction` on the class. A subclass needs a decorator of its own, and so does a class that a legacy class decorator has made: put `@StatefulFunction` above that decorator.",
  ),
  FUNCTION_DUPLICATE: code(
    "A class or type name was bound twice.",
    "Bind each class once, and give each class a type name of its own.",
  ),
  OPTION_INVALID: argument(
    "There is no such option, or its value is not allowed.",
    "Correct the option that the message names.",
    2,
  ),
  EXPIRATION_INVALID: code(
    "A state's expiration is not a positive duration, or the state has two expirations.",
    "Give one positive duration.",
  ),
  DURATION_INVALID: argument(
    "A duration is not a number of milliseconds or an object of units, or it is too short or too long.",
    "Give milliseconds, or units such as `{ minutes: 30 }`, within the limits that the message names.",
    2,
  ),
  INSTANCE_INVALID: code(
    "A create function did not return a new instance of its class.",
    "Let `create` make a new instance each time.",
  ),

  // Using the context inside a handler.
  TARGET_INVALID: code(
    "A message's target is missing or is not a class, a type name or an Address.",
    "Give a function's class, its type name or an `Address`.",
  ),
  ID_MISSING: argument("A message's target has no id.", "Give an id: a string that is not empty."),
  MESSAGE_MISSING: code("There is no message to send.", "Give a message."),
  DELAY_INVALID: argument(
    "A message's delay is missing or negative, or its date is none.",
    "Give a delay of zero or more, or a Date.",
    2,
  ),
  TOKEN_INVALID: argument(
    "A cancellation token is not a non-empty string, or is still in use.",
    "Give a token that is not empty and not in use: cancel the delayed message first, or take another token.",
  ),
  CANCELLATION_UNSUPPORTED: code(
    "The engine that called speaks v2, which can't cancel delayed messages.",
    "Send without a token and ignore the message when it arrives, or use StateFun 3.",
  ),
  CALLER_MISSING: code(
    "There is no caller to reply to: the message came from an ingress.",
    "Look at `context.caller` before `reply`.",
  ),
  CONTEXT_CLOSED: code(
    "A context was used after its invocation had ended.",
    "Await everything that the handler starts.",
  ),
  HANDLER_READ_ONLY: code(
    "A handler that is declared to be read-only has changed a state or sent a message.",
    "Leave `readOnly` out, or only read and answer in the handler.",
  ),
  INTERCEPTOR_INVALID: code(
    "An interceptor has called `next` twice for one message, or has ended before what it called with `next`.",
    "Call `next` at most once, and return or await what it returns.",
  ),
  EGRESS_RECORD_INVALID: code(
    "A Kafka or Kinesis record lacks its topic, stream, key or value.",
    "Give the record what the message says it lacks.",
  ),

  // Values.
  VALUE_UNTYPED: argument(
    "A value does not say which type it has; it must be packed by one.",
    "Pack the value: `Types.int.pack(5)`, `User.create({ … })`.",
  ),
  VALUE_INVALID: argument("A value does not fit its type.", "Give a value that fits, or a type that the value fits."),
  VALUE_UNREADABLE: argument(
    "Bytes can't be decoded as the type they are read as.",
    "Check the type with `is(…)` first. If the type is right, the sender has other bytes or another schema.",
  ),
  METADATA_INVALID: argument(
    "Metadata is not pairs of a name and a value.",
    "Give an object or a list of pairs: each name is text, and each value is text, bytes or null.",
  ),
  METADATA_TOO_LARGE: {
    ...argument(
      "The metadata of a message is larger than the limit.",
      "Put large data into the message itself. Or raise `maxMetadataBytes` of the handler, or `limits.metadataBytes` of the runtime.",
    ),
    status: 413,
  },

  // A batch that can't be carried out: answered with 500, logged, and sent again by the engine.
  GENERATION_MISMATCH: code(
    "The request is in the other generation of the protocol than the one the handler is pinned to.",
    "Leave the option `generation` out, so that each request's own bytes decide. Or correct the option.",
  ),
  STATE_UNDECLARED: code(
    "A state is not declared: in the module file (v2) or by the function.",
    "StateFun 2: add the state to the function in `module.yaml`. By name: declare the state with `@State` or `register`.",
  ),
  FAILED_MESSAGES_FULL: operation(
    503,
    'On Flink, too many messages wait behind one that failed (`order: "keep"`).',
    "Correct what makes the message fail. Flink repeats the call meanwhile; the messages are tried with each repetition.",
  ),
  STATE_TYPE_MISMATCH: code(
    "A state holds a value of another type than the declared one.",
    "Declare the type that the state has, or use another name.",
  ),
  MESSAGE_UNHANDLED: code(
    "No handler takes this message type, and there is no catch-all.",
    "Add `@Handles` for the type, or a catch-all `@Handles()`.",
  ),
  HANDLER_FAILED: code(
    "A handler threw, or its promise was rejected.",
    "Read the log: it has the address, the message and the stack.",
  ),
  CALL_TIMEOUT: code(
    "A call took longer than the handler's callTimeout.",
    "Look for what never settles. The context of the call is closed by then; the engine sends the batch again.",
  ),
  TEST_STUCK: code(
    "A test waits for something that does not end by itself.",
    "The message names the address. Let the handler end, or move the clock with `advance`.",
  ),

  // A request that no engine would send, or that comes at the wrong time.
  FUNCTION_UNKNOWN: request(
    404,
    "The request is for a function that is not bound here.",
    "Bind the class, or correct the module file.",
    4,
  ),
  REQUEST_MALFORMED: request(
    400,
    "The request's bytes are not a ToFunction message.",
    "Find out who sent the request: it was no StateFun engine.",
  ),
  REQUEST_EMPTY: request(
    400,
    "The request has no body.",
    "To the ingress or the admin server: send the value as the body. To functions: find out who sent the request, since every engine sends a body.",
  ),
  REQUEST_TOO_LARGE: request(
    413,
    "The request's body, or its URL and headers, are larger than the limit.",
    "Raise `maxBodyBytes`, or lower `maxNumBatchRequests` in the module file. To the ingress: send a shorter id.",
  ),
  REQUEST_ABORTED: request(
    400,
    "The request's body ended early.",
    "Nothing, if it is rare: the connection broke, and the engine sends the request again.",
  ),
  BODY_CONSUMED: code(
    "Another middleware has read the request's body first, or set an encoding for it.",
    "Mount statefun before any body parser.",
  ),
  METHOD_NOT_ALLOWED: request(
    405,
    "The request's method is not one that the path takes.",
    "Use the method that the header `Allow` names.",
  ),
  MEDIA_TYPE_UNSUPPORTED: request(
    415,
    "The request's content type or encoding is not one that the server takes.",
    "To functions: send `application/octet-stream`, not compressed. To the ingress or the admin server: send JSON, or a value's bytes as `application/octet-stream`.",
  ),
  SHUTTING_DOWN: request(
    503,
    "The server is finishing its last calls and takes no new ones.",
    "Nothing: the engine sends the request again. A client of the runtime sends it again when the runtime is back.",
    5,
  ),

  // The embedded runtime: its module file, its servers, its endpoints and what they answer.
  MODULE_INVALID: operation(
    500,
    "A module file can't be read, or holds what the runtime does not know.",
    "Correct the line that the message names.",
  ),
  ADDRESS_IN_USE: operation(
    500,
    "Another process listens on this address and port.",
    "Stop the other process, or choose another port; port 0 is any free one.",
    6,
  ),
  ENDPOINT_UNREACHABLE: operation(
    500,
    "An endpoint could not be reached, or did not answer in time.",
    "Start the function server, or correct its URL in the module file. Without a connection nothing is parked: the runtime calls until the endpoint can be reached.",
  ),
  ENDPOINT_FAILED: operation(500, "An endpoint answered a call with an error.", "Read the function server's log."),
  RESPONSE_MALFORMED: operation(
    500,
    "An endpoint's answer is not a FromFunction message.",
    "Check that the URL is a function server's.",
  ),
  EGRESS_UNKNOWN: operation(
    500,
    "A function sent a record to an egress that is not there.",
    "Attach the egress, add it to the module file, or correct its name.",
  ),
  STATE_TYPENAME_CHANGED: operation(
    409,
    "A state's typename is not the one it was first registered with.",
    "Give the state its old type, or give the state of the new type another name.",
  ),
  ADDRESS_PARKED: operation(
    409,
    "An address gets no more messages until it is retried or its message is dropped.",
    "Correct the function, then `statefun retry`; or `statefun drop`.",
  ),
  CALL_CYCLE: {
    ...code(
      "A handler called its own address, or an address whose handler waits for it. No answer could ever come.",
      "Send a message with `context.send` instead of waiting, and go on when the answer arrives as a message.",
    ),
    status: 409,
    expose: true,
  },

  // The embedded runtime: what comes in from outside.
  MAILBOX_FULL: operation(
    429,
    "Too many messages wait for this address.",
    "Send again after the seconds in `Retry-After`.",
    5,
  ),
  OVERLOADED: operation(
    503,
    "Too many messages wait in the runtime.",
    "Send again after the seconds in `Retry-After`.",
    5,
  ),
  ANSWER_TIMEOUT: operation(
    504,
    "A function did not answer a call in time.",
    "The message stays sent. With an `Idempotency-Key`, call again to go on waiting.",
    5,
  ),
  IDEMPOTENCY_CONFLICT: request(
    409,
    "An idempotency key was used for another request before.",
    "Take a new key for every new request.",
  ),
  UNAUTHORIZED: request(
    401,
    "The caller may not use this server: it sends no bearer token or a wrong one, names another host, or is a page of another site.",
    "Send `Authorization: Bearer <token>`. The ingress takes pages of the origins in `cors`. Without a token, both servers take the hosts in `allowedHosts`.",
  ),
  QUERY_INVALID: argument(
    "An expression of a query can't be read, names something that there is not, or is of the wrong kind.",
    "Correct the expression at the place that the message names. See docs/admin.md for what an expression may hold.",
    2,
  ),
  READ_ONLY: request(
    403,
    "The admin server is read-only, and the request would change something.",
    "Open the runtime without `admin.readOnly` or `--admin-read-only`, or make the change elsewhere.",
  ),
  NOT_FOUND: request(
    404,
    "There is nothing at this path or under this name.",
    "Correct the path or the name. A dead letter may have been sent again or dropped.",
    4,
  ),
  RUN_NOT_FOUND: request(
    404,
    "There is no such run of a workflow: it has not begun, or it has ended.",
    "List the runs of a function with `statefun runs`, and those of an address with `statefun run`.",
    4,
  ),
  CLIENT_FAILED: operation(
    500,
    "The runtime could not be reached, or its answer could not be read.",
    "Check the URL, and that the runtime runs.",
    3,
  ),
  FUNCTIONS_DOWN: operation(
    503,
    "The functions of `statefun dev` do not run: their source has a mistake, or their process has ended.",
    "Correct the mistake. `statefun dev` prints it, and starts the functions again when a source changes.",
    5,
  ),

  // The embedded runtime: its store.
  STORE_LOCKED: {
    // The message names the data folder.
    ...operation(
      503,
      "Another process holds the data folder.",
      "The message says which process. Stop it, or open another folder.",
      6,
    ),
    expose: false,
  },
  STORE_VERSION: operation(
    500,
    "The data folder is of another format.",
    "Open the folder with the release that wrote it. Nothing was changed.",
  ),
  STORE_FULL: {
    // The message names the data folder.
    ...operation(
      503,
      "The disk is full.",
      "Make space; the runtime then goes on by itself. Repeat what was refused, with the same idempotency key.",
      5,
    ),
    expose: false,
  },
  BACKUP_FAILED: operation(
    503,
    "A backup can't be written. Nothing of it is kept, and the runtime goes on.",
    "Make room, or name a folder on another disk, and make the backup again.",
  ),
  EGRESS_AHEAD: operation(
    500,
    "The consumer of an egress holds records that its data folder knows nothing of.",
    "Nothing, if you have put back a backup or begun a new folder. Else look for the folder that wrote them.",
  ),
  ENGINE_RESTARTING: operation(
    503,
    "The runtime broke a change off and opens its store again.",
    "Send again in a moment, with the same idempotency key. The log has the reason; when it comes again and again, report it.",
    5,
  ),
  STORE_FAILED: {
    ...operation(
      503,
      "The data folder can't be read or written.",
      "Read the runtime's log. The runtime tries again by itself. Repeat what was refused, with the same idempotency key.",
    ),
    expose: false,
  },

  // Tests: raised by statefun-ts/testing.
  SIMULATION_FAILED: code(
    "A simulated run did what it must not do.",
    "Read the history in the message from the top. Put the printed test into your tests, then correct the functions.",
  ),
  ...workflowErrors,
} as const satisfies Readonly<Record<string, ErrorInfo>>;

/** A stable code of a `StatefunError`. */
export type ErrorCode = keyof typeof errors;
