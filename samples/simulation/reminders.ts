// Reminds people of what they have not done. Its unit tests pass, and its simulation does not: a reminder that became due before
// its task was done waits in a mailbox, where no cancellation reaches it.

import {
  type Context,
  Handles,
  json,
  type Named,
  State,
  StatefulFunction,
  StatefulFunctions,
  Types,
} from "statefun-ts";

/** A task that somebody has begun. */
export interface Begin extends Named<"tasks/begin"> {}
export const Begin = json<Begin>("tasks/begin");

/** The task is done. */
export interface Done extends Named<"tasks/done"> {}
export const Done = json<Done>("tasks/done");

/** The task has been open for half an hour. */
export interface Remind extends Named<"tasks/remind"> {}
export const Remind = json<Remind>("tasks/remind");

/** A mail to the person. */
export interface Mail extends Named<"tasks/mail"> {
  readonly kind: "reminder" | "thanks";
  readonly task: string;
}
export const Mail = json<Mail>("tasks/mail");

@StatefulFunction("tasks/task")
export class Task {
  @State("done", Types.bool) done = false;

  @Handles(Begin)
  begin(_begin: Begin, context: Context) {
    if (this.done) return;
    context.cancelDelayedMessage("reminder");
    context.sendAfter({ minutes: 30 }, context.address, Remind.pack({}), { cancellationToken: "reminder" });
  }

  @Handles(Done)
  finish(_done: Done, context: Context) {
    if (this.done) return;
    this.done = true;
    context.cancelDelayedMessage("reminder");
    context.sendEgress("tasks/mails", Mail.pack({ kind: "thanks", task: context.address.id }));
  }

  @Handles(Remind)
  remind(_remind: Remind, context: Context) {
    context.sendEgress("tasks/mails", Mail.pack({ kind: "reminder", task: context.address.id }));
  }
}

export const functions = new StatefulFunctions(Task);
