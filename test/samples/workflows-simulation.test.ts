// The saga through crashes, lost answers, late and failing handlers, in every order that is allowed: a trip is booked whole, or
// not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Handles, State, StatefulFunction, StatefulFunctions } from "statefun-ts";
import { type Invariants, send, simulate } from "statefun-ts/testing";
import { Book, Booked, Bookings, Cancel, Flights, Hotels, Plan, Trip } from "../../samples/saga/functions.ts";

/** `npm run test:simulation` takes more. */
const runs = Number(process.env.STATEFUN_WORKFLOW_SIMULATIONS ?? 20);

/** In the place of the Python function, which has no place in a simulation. */
@StatefulFunction("example/cars")
class Cars {
  @State("trips", Bookings) trips: string[] = [];

  @Handles(Book)
  book({ trip, days }: Book) {
    if (days > 14) return Booked.pack({ refused: "too long" });
    this.trips.push(trip);
    return Booked.pack({ number: "car" });
  }

  @Handles(Cancel)
  cancel({ trip }: Cancel) {
    this.trips = this.trips.filter((other) => other !== trip);
    return Booked.pack({});
  }
}

test("a simulated trip is booked whole, or not at all, also when the cars answer too late", async () => {
  const functions = new StatefulFunctions(Flights, Hotels, Trip, Cars);
  const plan = (trip: string, days: number) => send(Trip, trip, Plan.pack({ town: "Rome", days }));
  const atEnd = {
    "all services have the same trips, and a trip knows whether it is booked": (app) => {
      const booked = ["short", "long"].filter((trip) => app.state(Trip, trip).bookings.length > 0);
      for (const service of [Flights, Hotels, Cars]) {
        assert.deepEqual([...app.state(service, "Rome").trips].sort(), booked.sort());
      }
      assert.ok(!booked.includes("long"), "there is no car for 30 days");
    },
  } satisfies Invariants;
  await simulate({ functions }, { runs, commands: [plan("short", 3), plan("long", 30)], atEnd });
});
