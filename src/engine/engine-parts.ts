// The parts of an engine, put together. Each part's file says what it does.

import { defaultPolicy, policyOver } from "../model/function-policy.js";
import { defaultLogger } from "../model/logger.js";
import { Admission } from "./admission.js";
import { ArrivalTimes } from "./arrival-times.js";
import { Backlog, Memory } from "./backlog.js";
import { BetweenCalls } from "./between-calls.js";
import { engineClock, systemClock } from "./clock.js";
import { logConsumersAhead } from "./consumers-ahead.js";
import { DeadLetterMaintenance } from "./dead-letter-maintenance.js";
import { DeadLetters, showBytes } from "./dead-letters.js";
import { DelayedMessages } from "./delayed.js";
import { DelayedMaintenance } from "./delayed-maintenance.js";
import { DelayedPages } from "./delayed-pages.js";
import { Delivery, dueTo } from "./delivery.js";
import { Dispatcher } from "./dispatcher.js";
import { Drops } from "./drops.js";
import type { EngineOptions } from "./engine-options.js";
import { FailureGroups } from "./failure-groups.js";
import { Failures } from "./failures.js";
import { FinalFailures } from "./final-failures.js";
import { FunctionTable } from "./function-table.js";
import { gaugesOf } from "./gauges.js";
import { GroupCommit } from "./group-commit.js";
import { defaultKeyLifetimeMs, IdempotencyKeys } from "./idempotency-keys.js";
import { Inspector } from "./inspector.js";
import { Instances } from "./instances.js";
import { Intake } from "./intake.js";
import { Invoker } from "./invoker.js";
import { defaultLimits } from "./limits.js";
import { LoggingStore } from "./logging-store.js";
import { MailboxMaintenance } from "./mailbox-maintenance.js";
import { Maintenance } from "./maintenance.js";
import { metricsOf, newCounters } from "./metrics.js";
import { nodeTurn } from "./next-turn.js";
import { Outboxes } from "./outboxes.js";
import { OwnContext } from "./own-context.js";
import { ParkedAddresses } from "./parked-addresses.js";
import { ReadOnlyCalls } from "./read-only-calls.js";
import { followSaturation } from "./saturation.js";
import { Sequence } from "./sequence.js";
import { Sweeper } from "./sweeper.js";
import { WaitingCalls } from "./waiting-calls.js";

/** The parts of one engine. */
export type EngineParts = ReturnType<typeof engineParts>;

/** Makes the parts of an engine. `isClosing` says whether the engine closes, so that nothing that was paused goes on. */
export function engineParts(options: EngineOptions, isClosing: () => boolean) {
  const { findRoute, egresses = [], logger = defaultLogger, showMessage = showBytes, nextTurn = nodeTurn } = options;
  const context = new OwnContext();
  const clock = engineClock(options.clock === undefined ? systemClock : options.clock, context);
  const limits = { ...defaultLimits, ...options.limits };
  const policy = policyOver(options.policy ?? {}, defaultPolicy);
  const counters = options.counters ?? newCounters();
  const store = new LoggingStore(options.store, clock, logger);
  const commit = new GroupCommit(store, clock, counters, nextTurn);
  commit.encodesAtOnce = options.encodeAtOnce ?? false;
  const { receivedIds = new Map() } = options;
  const sequence = new Sequence(commit, clock.now(), receivedIds.values());
  logConsumersAhead(receivedIds, sequence, logger);
  const shared = { store, commit, sequence };
  const memory = new Memory(limits.memoryBytes);
  const mailboxes = new Backlog(memory);
  const records = new Backlog(memory);
  const functions = new FunctionTable(findRoute, commit, memory, mailboxes, policy, counters.functions);
  const instances = new Instances(functions, shared, mailboxes, memory);
  const keys = new IdempotencyKeys(shared, clock, options.keyLifetimeMs ?? defaultKeyLifetimeMs);
  const calls = new WaitingCalls(keys, commit, counters);
  const parked = new ParkedAddresses({ store, commit, instances, calls });
  const outboxes = new Outboxes({ shared, memory, records, limits, clock, counters, logger });
  for (const egress of egresses) outboxes.declare(egress);
  const delivery = new Delivery(instances, calls, (instance) => dispatcher.ready(instance));
  const { order, recorder, traffic } = options;
  const due = dueTo(delivery, sequence, recorder);
  const delayed = new DelayedMessages(shared, new Backlog(memory), clock, counters, due, order);
  const letters = new DeadLetters({ shared, outboxes, limits, counters, showMessage });
  const finalFailures = new FinalFailures({ letters, delivery, commit, clock, logger });
  const changed = { functions, delayed, outboxes, delivery, finalFailures, sequence, traffic };
  const invoker = new Invoker({ ...changed, commit, clock, limits, counters, context, recorder });
  const failures = new Failures({ parked, finalFailures, clock, counters, logger });
  const common = { store, functions, instances, parked, commit, clock, nextTurn };
  const dispatcher = new Dispatcher({ ...common, invoker, failures, limits, order });
  const admission = new Admission({ functions, instances, calls, commit, limits, mailboxes, records });
  const readOnlyCalls = new ReadOnlyCalls({ functions, calls, delivery, commit, clock, logger });
  const taken = { admission, keys, calls, readOnlyCalls, delayed, delivery, limits, counters, traffic };
  const intake = new Intake({ ...common, ...taken });
  const drops = new Drops({ ...common, admission, calls, delivery, dispatcher });
  const between = new BetweenCalls({ ...common, admission, dispatcher });
  const maintenance = new Maintenance({ ...common, admission, drops, dispatcher, between });
  const mailboxMaintenance = new MailboxMaintenance({ ...common, between, drops, context });
  const pages = new DelayedPages(common);
  const arrivals = ArrivalTimes.follow(commit, sequence, clock);
  const inspector = new Inspector({ ...common, delayed: pages, outboxes, arrivals });
  const deadLetters = new DeadLetterMaintenance({ ...common, letters, admission, delivery, calls, context });
  const failureGroups = new FailureGroups({ ...common, context });
  const delayedMaintenance = new DelayedMaintenance({ ...common, sequence, pages, delayed, admission, context });
  const sweeper = new Sweeper({ ...common, keys });
  const queues = { functions, instances, outboxes, clock, arrivals };
  const gauges = gaugesOf({ mailboxes, records, dispatcher, parked, delayed, calls, letters, queues });
  const metrics = metricsOf(counters, gauges);
  followSaturation({ commit, delayed, dispatcher, logger, isClosing });
  return {
    store,
    clock,
    logger,
    context,
    commit,
    functions,
    instances,
    parked,
    calls,
    delayed,
    outboxes,
    dispatcher,
    admission,
    mailboxes,
    intake,
    drops,
    maintenance,
    inspector,
    sweeper,
    metrics,
    deadLetters,
    delayedMaintenance,
    mailboxMaintenance,
    failureGroups,
  };
}
