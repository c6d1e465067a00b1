// The peer written with the JavaScript SDK 3.3: see ../README.md for what an actor does.

const http = require("node:http");
const {
  egressMessageBuilder,
  kafkaEgressMessage,
  kinesisEgressMessage,
  messageBuilder,
  StateFun,
} = require("apache-flink-statefun");
const { native, shown } = require("./catalogue.js");
const { Parcel } = require("./parcel.js");

const types = {
  bool: StateFun.booleanType(),
  int: StateFun.intType(),
  float: StateFun.floatType(),
  string: StateFun.stringType(),
  parcel: StateFun.protoType("type.googleapis.com/interop.types.Parcel", Parcel),
  doc: StateFun.jsonType("interop.types/doc"),
};
const script = StateFun.jsonType("interop.types/script");
const toldType = StateFun.jsonType("interop.types/told");

const statefun = new StateFun();
const specs = Object.entries(types).map(([kind, type]) => ({ name: `${kind}_value`, type }));
for (const typename of ["js/actor", "moving/js", "golden/actor"]) statefun.bind({ typename, fn: actor, specs });
statefun.bind({ typename: "golden/stateless", fn: actor });
statefun.bind({
  typename: "golden/expiring",
  fn: () => {},
  specs: [
    { name: "bool_value", type: types.bool },
    { name: "string_value", type: types.string, expireAfterWrite: 30 * 60_000 },
    { name: "int_value", type: types.int, expireAfterCall: 24 * 3_600_000 },
  ],
});

/** Logs errors: the SDK answers an error with an empty 500 and does not log it. */
function actor(context, message) {
  try {
    receive(context, message);
  } catch (error) {
    console.error(error);
    throw error;
  }
}

function receive(context, message) {
  if (message.is(script)) {
    for (const step of message.as(script)) perform(context, step);
    return;
  }
  const kind = Object.keys(types).find((candidate) => message.is(types[candidate]));
  if (kind === undefined) {
    tell(context, { typename: message.valueTypeName, seen: null, absent: true });
    return;
  }
  const value = message.as(types[kind]);
  tell(context, { typename: message.valueTypeName, seen: shown(kind, value), absent: false });
  if (context.self.id.startsWith("echo")) reply(context, kind, value);
}

function perform(context, step) {
  switch (step.do) {
    case "send":
      return context.send(messageTo(step.to, native(step.value)));
    case "reply": {
      const { kind, value } = native(step.value);
      return reply(context, kind, value);
    }
    case "sendAfter":
      return step.token === undefined
        ? context.sendAfter(step.ms, messageTo(step.to, native(step.value)))
        : context.sendAfter(step.ms, messageTo(step.to, native(step.value)), step.token);
    case "cancel":
      return context.cancelDelayedMessage(step.token);
    case "egress": {
      const { kind, value } = native(step.value);
      return context.send(egressMessageBuilder({ typename: step.egress, value, valueType: typeOf(kind) }));
    }
    case "kafka": {
      const { egress: typename, topic, key, text: value } = step;
      return context.send(kafkaEgressMessage({ typename, topic, key, value }));
    }
    case "kinesis": {
      const { egress: typename, stream, partitionKey, hashKey, text: value } = step;
      return context.send(kinesisEgressMessage({ typename, stream, partitionKey, hashKey, value }));
    }
    case "set": {
      const { kind, value } = native(step.value);
      typeOf(kind);
      context.storage[`${kind}_value`] = value;
      return;
    }
    case "delete":
      context.storage[`${step.kind}_value`] = null;
      return;
    case "tell":
      return tell(context, { state: step.kind, seen: shown(step.kind, context.storage[`${step.kind}_value`]) });
    default:
      throw new Error(`unknown step ${step.do}`);
  }
}

function typeOf(kind) {
  if (types[kind] === undefined) throw new Error(`the SDK has no ${kind}`);
  return types[kind];
}

function messageTo(to, { kind, value }) {
  const slash = to.lastIndexOf("/");
  return messageBuilder({
    typename: to.slice(0, slash),
    id: to.slice(slash + 1),
    value,
    valueType: typeOf(kind),
  });
}

function reply(context, kind, value) {
  const { typename, id } = context.caller;
  context.send(messageBuilder({ typename, id, value, valueType: typeOf(kind) }));
}

function tell(context, told) {
  const { self, caller } = context;
  const value = {
    ...told,
    by: `${self.typename}/${self.id}`,
    caller: caller === null ? null : `${caller.typename}/${caller.id}`,
  };
  context.send(egressMessageBuilder({ typename: "interop/told", value, valueType: toldType }));
}

const server = http.createServer(statefun.handler());
server.listen(0, "127.0.0.1", () => console.log(`PORT ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
