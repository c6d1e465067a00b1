import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { StatefulFunctions, TypedValue, Types } from "statefun-ts";
import { example } from "../../samples/messages/messages.js";
import { egressRecords } from "../support/reflection.js";
import { async33, type Flavour, okhttp33, statefun22 } from "./flavours.js";
import { inTime } from "./in-time.js";
import { World } from "./world.js";

const folder = fileURLToPath(new URL("../../samples", import.meta.url));
// The Kafka sample needs a broker: test/kafka/ drives it.
const names = readdirSync(folder).filter((name) => name !== "kafka" && existsSync(`${folder}/${name}/functions.ts`));
const functions = new Map<string, StatefulFunctions>();
for (const name of names) functions.set(name, (await import(`../../samples/${name}/functions.ts`)).functions);

const read = (sample: string, file: string) =>
  readFileSync(`${folder}/${sample}/${file}`, "utf8").replace(/^#.*\n/gm, "");
const at = (endpoint: string, text: string) => {
  assert.ok(text.includes("http://localhost:8000/statefun"));
  return text.replaceAll("http://localhost:8000/statefun", endpoint);
};

/** The module files of the samples as one file: all the same on StateFun 3, and lists of functions on StateFun 2. */
function moduleOfSamples({ generation, transport }: Flavour, endpoint: string): string {
  if (generation === "v3") {
    const [text, ...others] = new Set(names.map((name) => read(name, "module.yaml")));
    assert.deepEqual(others, []);
    return at(endpoint, `${text}  transport:\n    type: ${transport}\n`);
  }
  const parts = names.map((name) => read(name, "module-v2.yaml").split(/(?<=^ *functions:\n)/m));
  const [head, ...others] = new Set(parts.map(([head]) => head));
  assert.deepEqual(others, []);
  return at(endpoint, head + parts.map(([, list]) => list).join(""));
}

const message = (type: { encode(m: any): { finish(): Uint8Array }; getTypeUrl(): string }, properties: object) =>
  new TypedValue(type.getTypeUrl(), type.encode(properties).finish());
const user = (userId: string, name: string) => message(example.User, { userId, name });

for (const flavour of [async33, okhttp33, statefun22]) {
  describe(flavour.name, { timeout: 600_000 }, () => {
    const world = new World(flavour, {
      functions: new StatefulFunctions(),
      egresses: ["example/greets", "example/kafka"],
      module: (endpoint) => moduleOfSamples(flavour, endpoint),
    });
    before(() => world.start());
    after(async () => {
      await world.stop();
      assert.deepEqual(world.unexpectedFailures, []);
    });

    /** Serves one sample, as `samples/serve.ts` does. Returns a reader of the greetings from then on. */
    const serve = (sample: string) => {
      world.server.deploy(functions.get(sample) as StatefulFunctions);
      let seen = world.engine.records().filter(({ egress }) => egress === "example/greets").length;
      return async (count: number) => {
        const texts = (await world.records("example/greets", seen + count)).slice(seen);
        seen += texts.length;
        return texts.map(({ value }) => example.Greeting.decode(value).text);
      };
    };

    test("hello greets", async () => {
      const greetings = serve("hello");
      world.send("example/hello", "bob", user("bob", "Bob"));
      assert.deepEqual(await greetings(1), ["Hello Bob"]);
    });

    test("count greets each user by how often it has seen them", async () => {
      const greetings = serve("count");
      for (const id of ["bob", "bob", "bob", "bob"]) world.send("example/count", id, user(id, "Bob"));
      assert.deepEqual(await greetings(4), [
        "Hello Bob",
        "Hello again!",
        "Third time's the charm",
        "Hello for the 4th time",
      ]);
      world.send("example/count", "ann", user("ann", "Ann"));
      assert.deepEqual(await greetings(1), ["Hello Ann"]);
    });

    test("union takes users and admins in one handler and anything else in another", async () => {
      const greetings = serve("union");
      world.send("example/goodbye", "1", user("bob", "Bob"));
      world.send("example/goodbye", "1", message(example.Admin, { name: "Eve", level: 3 }));
      world.send("example/goodbye", "1", message(example.Count, { value: 1 }));
      world.send("example/goodbye", "1", Types.string.pack("stranger"));
      assert.deepEqual(await greetings(4), [
        "Goodbye user",
        "Goodbye admin of level 3",
        "Goodbye type.googleapis.com/example.Count",
        "Goodbye stranger",
      ]);
    });

    test("caller asks the greeter and is answered", async () => {
      const greetings = serve("caller");
      world.send("example/caller", "1", user("bob", "Bob"));
      assert.deepEqual(await greetings(1), ["example/greeter/bob said: Hello Bob"]);
    });

    test("delay sends a text back to itself, later", async () => {
      const greetings = serve("delay");
      const begin = Date.now();
      world.send("example/delay", "1", message(example.Echo, { text: "hello from the past", afterMs: 300 }));
      assert.deepEqual(await greetings(1), ["hello from the past"]);
      assert.ok(Date.now() - begin >= 300);
    });

    if (flavour.generation === "v3") {
      test("delay's reminder is withdrawn by the next visit", async () => {
        const greetings = serve("delay");
        await inTime("visits", async (id) => {
          const begin = Date.now();
          for (const [index, name] of ["Bob", `${id} again`].entries()) {
            world.send("example/visits", id, message(example.Visit, { name, remindAfterMs: 1500 }));
            await world.server.until("a visit", () => {
              const calls = world.server.callsTo(`example/visits/${id}`);
              return calls.filter(({ answer }) => answer?.invocation_result).length > index;
            });
          }
          const late = Date.now() - begin > 1300;
          // The first reminder would come before the second reminder.
          const reminders = await greetings(1);
          while (!reminders.includes(`We miss you, ${id} again`)) reminders.push(...(await greetings(1)));
          if (!late) assert.deepEqual(reminders, [`We miss you, ${id} again`]);
          return !late;
        });
      });
    }

    test("async waits for its answer and then greets", async () => {
      const greetings = serve("async");
      world.send("example/async", "1", user("dr-bob", "Bob"));
      world.send("example/async", "1", user("ann", "Ann"));
      assert.deepEqual(await greetings(2), ["Hello Dr. Bob", "Hello dear Ann"]);
    });

    test("expiration counts a session's visits until it is logged out or its time is over", async () => {
      const greetings = serve("expiration");
      const visit = (id: string) => {
        world.send("example/session", id, user(id, "Bob"));
        return greetings(1);
      };
      await inTime("session", async (id) => {
        const begin = Date.now();
        const visits = [...(await visit(id)), ...(await visit(id))];
        world.send("example/session", id, message(example.Logout, {}));
        visits.push(...(await visit(id)), ...(await visit(id)));
        if (Date.now() - begin > 1900) return false;
        // StateFun sends no signal when a state has expired.
        await pause(2500);
        visits.push(...(await visit(id)));
        assert.deepEqual(
          visits,
          [1, 2, 1, 2, 1].map((number) => `Bob: visit ${number} of this session`),
        );
        return true;
      });
    });

    test("egress sends a Kafka record and a plain message", async () => {
      const greetings = serve("egress");
      world.send("example/egress", "bob", user("bob", "Bob"));
      assert.deepEqual(await greetings(1), ["Hello Bob"]);
      const [record] = await world.records("example/kafka", 1);
      const name = { v2: "org.apache.flink.statefun.flink.io", v3: "io.statefun.sdk.egress" }[flavour.generation];
      assert.equal(record?.typename, `type.googleapis.com/${name}.KafkaProducerRecord`);
      const type = egressRecords[flavour.generation].lookupType(`${name}.KafkaProducerRecord`);
      const { topic, key, value_bytes: value } = type.decode(record.value) as any;
      assert.deepEqual(
        { topic, key, text: example.Greeting.decode(value).text },
        { topic: "greets", key: "bob", text: "Hello Bob" },
      );
    });
  });
}
