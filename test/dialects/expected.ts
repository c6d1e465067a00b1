// What every fixture has to do with the batches of fixtures/exercise.mjs.

const wrappers = { int: "Int32Value", long: "Int64Value", double: "DoubleValue", string: "StringValue" };

const url = (name: string) => `type.googleapis.com/${name}`;
const user = (userId: string, name: string) => `${url("example.User")} ${JSON.stringify({ userId, name })}`;
const greeting = (text: string) => `${url("example.Greeting")} ${JSON.stringify({ text })}`;
const admin = `${url("example.Admin")} {"name":"Root","level":4}`;

function expectedOf(generation: "v3" | "v2") {
  const named = (type: keyof typeof wrappers) =>
    generation === "v3" ? `io.statefun.types/${type}` : url(`google.protobuf.${wrappers[type]}`);
  const int = (value: number) => `${named("int")} ${value}`;
  const long = (value: number) => `${named("long")} "${value}"`;
  const double = (value: number) => `${named("double")} ${value}`;
  const string = (value: string) => `${named("string")} "${value}"`;
  const reply = (text: string) => `dialects/caller c: ${greeting(text)}`;
  const sink = (type: keyof typeof wrappers) => `dialects/sink ${named(type)}: ${int(5)}`;

  const promoted = `5000 ms greeter: ${admin}`;
  return {
    [`${generation} dialects/greeter`]: [
      {
        changed: { count: double(2), total: long(20), name: string("Bob"), last: user("ann", "Ann") },
        sent: [reply("Ann, after nobody, 1/1"), reply("Bob, after Ann, 2/2")],
        later: [],
      },
      {
        changed: { level: int(5), last: user("ann", "Ann!!"), log: 'dialects/log {"places":["home","beach"]}' },
        sent: [],
        later: [promoted, `5000 ms greeter: ${greeting("beach")}`],
      },
      { changed: {}, sent: [sink("int")], later: [] },
      { changed: { name: "deleted" }, sent: [sink("string")], later: [] },
      {
        changed: { count: double(3), total: long(30), name: string("Cid") },
        sent: [reply("Cid, after Ann!!, 3/1")],
        later: [],
      },
    ],
    [`${generation} dialects/loud-greeter`]: [
      {
        changed: {
          count: double(102),
          total: long(20),
          name: string("Bob"),
          last: user("ann", "Ann"),
          volume: int(5),
        },
        sent: [reply("ANN, AFTER NOBODY, 101/1"), reply("BOB, AFTER ANN, 102/2")],
        later: [],
      },
      {
        changed: { level: int(5), last: user("ann", "Ann!") },
        sent: [`dialects/greeter shouted: ${greeting("beach")}`],
        later: [promoted],
      },
      { changed: {}, sent: [sink("int")], later: [] },
      { changed: { name: "deleted" }, sent: [sink("string")], later: [] },
      {
        changed: { count: double(103), total: long(30), name: string("Cid"), volume: int(6) },
        sent: [reply("CID, AFTER ANN!, 103/1")],
        later: [],
      },
    ],
  };
}

export const expected = {
  ...expectedOf("v3"),
  ...expectedOf("v2"),
  // What a v3 engine is asked to register when it sends no state.
  declared: [
    "count io.statefun.types/double",
    `last ${url("example.User")}`,
    "level io.statefun.types/int",
    "log dialects/log",
    "name io.statefun.types/string",
    "note io.statefun.types/string AFTER_WRITE 60000",
    "total io.statefun.types/long",
    "volume io.statefun.types/int",
  ],
};
