// A runtime whose every name, value and error is written to break the page that shows it: markup, controls that turn text around,
// and names that mean something to JavaScript or to a URL.

import { type Context, Handles, json, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { World } from "./world.js";

/** Markup that would change the title of the page, if the page ever took it for its own. */
export const markup = `"><img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;

/** Ids of addresses that a page has to show, link to and ask for. */
export const hostileIds = [
  markup,
  "__proto__",
  "constructor",
  "a/b?c=d#e&f=%2F%25",
  "javascript:alert(1)",
  "two\nlines\tand a tab",
  "right \u202Eto left",
  " spaces ",
  "💥".repeat(40),
  "long-".repeat(400),
  "..",
  ".",
];

const Anything = json<unknown>(`hostile.types/${markup}`);

@StatefulFunction("hostile/keeps")
class Keeps {
  @State("__proto__", Anything) proto: unknown;
  @State(markup, Anything) value: unknown;
  @State("..", Types.string) dots = "";

  @Handles(Anything)
  keep(value: unknown, context: Context) {
    this.proto = value;
    this.value = value;
    this.dots = markup;
    context.sendEgress("hostile/out", Anything.pack(value));
    context.sendAfter({ hours: 1 }, context.address, Anything.pack(value), { cancellationToken: markup });
    return value;
  }
}

@StatefulFunction("hostile/fails", { retry: { attempts: 1 } })
class Fails {
  @Handles(Anything)
  fail() {
    throw Object.assign(new Error(markup), { stack: `${markup}\n    at ${markup}` });
  }
}

@StatefulFunction("hostile/refuses", { retry: { attempts: 1 }, onFailure: "deadLetter" })
class Refuses {
  @Handles(Anything)
  refuse() {
    throw `${markup} ${"x".repeat(20_000)}`;
  }
}

/** A value with everything that a page could take for something else. */
const value = JSON.parse(
  JSON.stringify({ [markup]: markup, constructor: { prototype: 1 }, list: [[[[markup]]]] }).replace(
    "{",
    '{"__proto__":{"polluted":true},',
  ),
);

/** Opens the world, and waits until everything in it has come to its end. */
export async function hostileWorld(): Promise<World> {
  const world = await World.open({
    functions: new StatefulFunctions(Keeps, Fails, Refuses),
    egresses: { "hostile/out": () => Promise.reject(new Error(markup)) },
  });
  await fill(world).catch(async (error) => {
    await world.close();
    throw error;
  });
  return world;
}

async function fill({ runtime }: World): Promise<void> {
  for (const id of hostileIds) {
    for (const name of ["keeps", "fails", "refuses"]) {
      await runtime.send(`hostile/${name}`, id, Anything.pack(value), { metadata: { [markup]: markup } });
    }
  }
  const { metrics } = runtime.engine;
  while (metrics.parked < hostileIds.length || metrics.deadLettersKept < hostileIds.length)
    await new Promise((resolve) => setImmediate(resolve));
}
