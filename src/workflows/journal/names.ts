// The names that workflows use on the wire: their hidden state, and the messages that a function with workflows sends itself.

/** The hidden state of a function with workflows. A function can't have a state of its own with this name. */
export const journalName = "statefun.workflow/journal";

/** The typename of the hidden state's value. */
export const journalTypename = "statefun.types/workflow-journal";

/** A message to itself: a timer of a run is due, or a run goes on, or a run begins that has waited. */
export const wakeTypename = "statefun.workflow/wake";

/** A message from anybody: a run is to be cancelled. */
export const cancelTypename = "statefun.workflow/cancel";
