// The names by which a message says to which call it belongs, on any engine: a request and its answer carry the caller's token.

/** The metadata of a request. Its value is a token of the caller, as text; the answer carries the token back. */
export const callMetadata = "statefun-call";

/** The metadata of the answer to a request with {@link callMetadata}. Its value is the token of that request. */
export const answerMetadata = "statefun-answer";

/** The typename of an answer that says that the call has failed for good. */
export const failureTypename = "statefun.types/failure";

/** The typename of the answer of a handler that has ended without a value. Such an answer has no bytes. */
export const emptyAnswerTypename = "statefun.types/nothing";
