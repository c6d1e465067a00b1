// The channels of node:diagnostics_channel on which this package says what it does. A channel without a subscriber costs the reading
// of a flag. Hosts without Node's modules have no channels, and nobody who could subscribe.

import type { ChannelEvents } from "./channel-events.js";

/** The part of a channel that is used here. */
export interface Channel<Event extends object> {
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
  /** Runs code in the stores that subscribers have bound to the channel, and publishes the event before it. */
  runStores<R>(event: Event, code: () => R): R;
}

interface DiagnosticsModule {
  channel(name: string): Channel<object>;
}

const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
const diagnostics = process?.getBuiltinModule?.("node:diagnostics_channel") as DiagnosticsModule | undefined;

const silent: Channel<object> = { hasSubscribers: false, publish() {}, runStores: (_event, code) => code() };

/** The channel of a name, on which events of one shape are published. */
export const channelOf = <Event extends object>(name: string): Channel<Event> => diagnostics?.channel(name) ?? silent;

/** The channel of the embedded runtime that has this name. */
export const runtimeChannel = <Name extends keyof ChannelEvents>(name: Name): Channel<ChannelEvents[Name]> =>
  channelOf(name);
