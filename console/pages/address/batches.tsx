// The last batches of an address that were recorded: each opens to its messages, its error, and its states before and after.

import { useState } from "preact/hooks";
import type { BatchList, BatchSummary } from "../../../src/runtime/admin/api/batches.js";
import { useGet } from "../../app/use-get.js";
import { countOf, formatMs } from "../../ui/format.js";
import { Icon } from "../../ui/icon.js";
import { Badge, Empty, Loaded } from "../../ui/notice.js";
import { Panel } from "../../ui/page.js";
import { Ago } from "../../ui/time.js";
import { BatchDetails } from "./batch-details.js";
import type { Shown } from "./shown.js";

const pollMs = 3000;
const shown = 20;

export function Batches({ address, known }: Shown) {
  const query = { function: address.function, id: address.id, limit: shown };
  const list = useGet<BatchList>("batches", query, { everyMs: pollMs });
  const [opened, setOpened] = useState<string>();
  return (
    <Panel title="Last batches" beside={<span class="muted small">recorded while this process runs</span>}>
      <Loaded of={list}>
        {({ batches }) =>
          batches.length === 0 ? (
            <Empty>No batch of it is recorded.</Empty>
          ) : (
            <ol class="entries">
              {batches.map((batch) => (
                <li key={batch.batch}>
                  <Summary
                    of={batch}
                    isOpen={opened === batch.batch}
                    onToggle={() => setOpened(opened === batch.batch ? undefined : batch.batch)}
                  />
                  {opened === batch.batch && <BatchDetails batch={batch.batch} known={known} held={address.states} />}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface SummaryProps {
  readonly of: BatchSummary;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Summary({ of: batch, isOpen, onToggle }: SummaryProps) {
  const { at, durationMs, messages, typenames, sent, egressRecords, states, code } = batch;
  const parts = [
    messages > typenames.length && countOf(messages, "message"),
    sent > 0 && `${countOf(sent, "message")} sent`,
    egressRecords > 0 && countOf(egressRecords, "record"),
    states.length > 0 && `changes ${states.join(", ")}`,
  ].filter((part) => part !== false);
  return (
    <button type="button" class="batch-summary" aria-expanded={isOpen} onClick={onToggle}>
      <Icon name="down" size={14} />
      <span class="batch-types">{typenames.join(", ") || "no message"}</span>
      {code !== null && <Badge tone="bad">{code}</Badge>}
      <span class="muted small">{parts.join(" · ")}</span>
      <span class="muted small batch-time">
        {formatMs(durationMs)} · <Ago at={at} />
      </span>
    </button>
  );
}
