// The channels of node:diagnostics_channel on which this package says what it does. A channel without a subscriber costs the reading
// of a flag. Hosts without Node's modules have no channels, and nobody who could subscribe.

/** The part of a channel that is used here. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(event: object): void;
  /** Runs code in the stores that subscribers have bound to the channel, and publishes the event before it. */
  runStores<R>(event: object, code: () => R): R;
}

interface DiagnosticsModule {
  channel(name: string): Channel;
}

const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
const diagnostics = process?.getBuiltinModule?.("node:diagnostics_channel") as DiagnosticsModule | undefined;

const silent: Channel = { hasSubscribers: false, publish() {}, runStores: (_event, code) => code() };

/** The channel of a name. */
export const channelOf = (name: string): Channel => diagnostics?.channel(name) ?? silent;
