// What the parts of paths and the parameters of queries mean, by their names.

interface Parameter {
  readonly [name: string]: unknown;
}

const text = (description: string, schema: object = {}): Parameter => ({
  description,
  schema: { type: "string", ...schema },
});
const limit = (description: string): Parameter => ({
  description,
  schema: { type: "integer", minimum: 1, maximum: 1000 },
});

/** The parts of paths. */
export const pathParameters: Readonly<Record<string, Parameter>> = {
  namespace: text("The namespace of the function's type name. A slash in it is written %2F."),
  name: text("The name of the function's type name."),
  id: text("The id of the address."),
  state: text("The name of the state."),
  run: text("The id of the run."),
  schedule: text("The name of the schedule."),
  letter: text("The name of the dead letter."),
  message: text("The sequence number of the message."),
  key: text("The key of the delayed message."),
  batch: text("The name of the recorded batch."),
  cancellationToken: text("The token that the message was sent with."),
};

const time = "such as 90m, or a number of milliseconds";

/** The parameters of queries. */
export const queryParameters: Readonly<Record<string, Parameter>> = {
  after: text("The `next` of the page before. Defaults to none: the list begins."),
  afterState: text("The `nextState` of the answer before. Defaults to none: the states begin."),
  limit: limit("How many entries the page may have. Defaults to 100."),
  format: text("The form of the answer."),
  function: text("Only what is of this function, by its type name."),
  id: text("Only what is of addresses with this id."),
  idPrefix: text("Only what is of addresses whose id begins with this text."),
  code: text("Only what has failed with this code."),
  error: text("Only what has failed for this cause: a fingerprint of GET /failures."),
  olderThan: text(`Only what is older than this time, ${time}.`),
  newerThan: text(`Only what is newer than this time, ${time}.`),
  status: text("Only runs with this status. Defaults to those that have not ended.", {
    enum: ["running", "waiting", "queued", "completed", "failed", "cancelled", "restarted", "ended"],
  }),
  workflow: text("Only runs that a message of this type has begun."),
  waitingLongerThan: text(`Only runs that wait for longer than this time, ${time}.`),
  reason: text("Why, for people."),
  which: text("Which messages: the first one, or all. Defaults to the first.", { enum: ["first", "all"] }),
  through: text("The `through` of the answer before: what came later is left alone. Defaults to now."),
  type: text("The typename of the body's value. Defaults to the type that the receiver declares."),
  handler: text("The method that takes the body's value, in place of a type."),
  timeout: text(`How long to wait for the answer, ${time}. Defaults to 30 seconds.`),
  delay: text(`After which time the message is delivered, ${time}. Defaults to none.`),
  at: text("When the message is delivered, as ISO 8601 text or in milliseconds since 1970. Defaults to now."),
  cancellationToken: text("A token by which a delayed message can be withdrawn. Defaults to none."),
  by: text(`How much later the message is delivered, ${time}.`),
  prefix: text("Only addresses whose id begins with this text."),
  filter: text("Only addresses in this state.", { enum: ["parked", "failing", "waiting", "delayed"] }),
  columns: text("The columns, separated by commas."),
  where: text("The condition, in CEL. Defaults to every address."),
  as: text(
    "The form of the file: the packed bytes, the text or the bytes that the value is, or its JSON. Defaults to the packed bytes.",
    { enum: ["packed", "content", "json"] },
  ),
  to: text("The absolute path of a folder on the machine of the runtime, which the copy makes."),
  typename: text("Only batches that handled a message of this type."),
  message: text("Only batches that handled the message of this sequence number."),
  trace: text("Only batches of the trace with this id."),
};
