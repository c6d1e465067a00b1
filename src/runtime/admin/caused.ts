// What a recorded batch caused, over all recorded batches: a tree, found by the sequence numbers of messages.

import type { Recording } from "../../engine/recording.js";
import type { CausedBatch, CausedBatches } from "./api/batches.js";
import { summaryOf } from "./batch-summary.js";
import type { Watch } from "./watch.js";

/** How many batches a tree has. */
const mostCaused = 1_000;
/** How many batches that led to this one are named. */
const mostCauses = 100;

interface Node {
  readonly recording: Recording;
  readonly shown: CausedBatch & { readonly caused: CausedBatch[] };
}

/** Builds the tree level by level, so that a batch stands where it was first caused and a large tree lacks its last levels. */
export function causedBy(watch: Watch, recording: Recording): CausedBatches {
  const { recordings } = watch.recorder;
  const seen = new Set([recording]);
  const root = nodeOf(watch, recording, []);
  const nodes = [root];
  let more = false;
  for (const node of nodes) {
    for (const [effect, through] of effectsOf(watch, node.recording)) {
      if (seen.has(effect)) continue;
      if (seen.size > mostCaused) {
        more = true;
        break;
      }
      seen.add(effect);
      const next = nodeOf(watch, effect, through);
      nodes.push(next);
      node.shown.caused.push(next.shown);
    }
  }
  const causes = recordings.causesOf(recording, mostCauses).map((cause) => watch.nameOf(cause));
  return { causes, tree: root.shown, more };
}

function nodeOf(watch: Watch, recording: Recording, through: readonly string[]): Node {
  const { recordings } = watch.recorder;
  const { sent, sentCount } = recording;
  const open = sent.filter(({ number }) => number !== undefined && recordings.handlerOf(number) === undefined);
  const unseen = open.length + sentCount - sent.length;
  return { recording, shown: { ...summaryOf(watch, recording), through, unseen, caused: [] } };
}

/** The recordings that have handled what this one sent, in the order in which they began, and the messages that led to each. */
function effectsOf(watch: Watch, { sent }: Recording): [Recording, string[]][] {
  const effects = new Map<Recording, string[]>();
  for (const { number } of sent) {
    const effect = number === undefined ? undefined : watch.recorder.recordings.handlerOf(number);
    if (effect === undefined) continue;
    const through = effects.get(effect) ?? [];
    through.push(String(number));
    effects.set(effect, through);
  }
  return [...effects].sort(([a], [b]) => a.beganAt - b.beganAt || a.number - b.number);
}
