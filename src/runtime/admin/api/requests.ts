// What the admin server answers to a message that people send. A call is answered with the value that the function answers.

/** The answers to messages, by the names of their routes. */
export interface RequestAnswers {
  readonly sendMessage: MessageSent;
}

/** The message is on disk. */
export interface MessageSent {
  readonly status: "accepted";
}
