// The scenarios that run on every version and transport, all at once in one StateFun.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { StatefulFunctions } from "statefun-ts";
import type { Flavour } from "./flavours.js";
import { failureFunctions, failureScenarios, undeclaredStates } from "./scenarios/failures.js";
import { messageEgresses, messageFunctions, messageScenarios } from "./scenarios/messages.js";
import { stateEgresses, stateFunctions, stateScenarios } from "./scenarios/state.js";
import { timeFunctions, timeScenarios } from "./scenarios/time.js";
import { World } from "./world.js";

const functions = [...messageFunctions, ...stateFunctions, ...timeFunctions, ...failureFunctions];

export function scenarioSuite(flavour: Flavour): void {
  describe(flavour.name, { concurrency: true, timeout: 600_000 }, () => {
    const world = new World(flavour, {
      functions: new StatefulFunctions(...functions),
      egresses: [...messageEgresses, ...stateEgresses],
      undeclared: undeclaredStates,
    });
    before(() => world.start());
    after(async () => {
      await world.stop();
      assert.deepEqual(world.unexpectedFailures, []);
    });

    messageScenarios(world);
    stateScenarios(world);
    timeScenarios(world);
    failureScenarios(world, functions);
  });
}
