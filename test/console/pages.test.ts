// Every page, in both themes, wide and on a phone.

import { after, before, test } from "node:test";
import { places } from "./places.js";
import { looks, visit } from "./visit.js";
import { fill, World } from "./world.js";

let world: World;

before(async () => {
  world = await World.open();
  await fill(world);
});
after(() => world?.close());

for (const place of places) {
  for (const look of looks) {
    test(`${place.name}, ${look.theme}, ${look.width} pixels wide`, () => visit(world, place, look));
  }
}
