// A trip over three services: a flight, a hotel and a car. When a service refuses, the bookings before it are cancelled, the last
// one first. The flights and the hotels are functions of this file; the cars are a function of the official Python SDK, cars.py.
//
//   python3 -m venv .venv && .venv/bin/pip install -r samples/saga/requirements.txt
//   .venv/bin/python samples/saga/cars.py
//   npx tsx src/cli/main.ts start samples/saga/functions.ts samples/saga/cars.yaml
//   npx tsx src/cli/main.ts call example/trip 7 '{"town":"Rome","days":3}'
//   npx tsx src/cli/main.ts call example/trip 8 '{"town":"Rome","days":30}'

import {
  Handles,
  json,
  type Named,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";

export interface Plan extends Named<"example/plan"> {
  readonly town: string;
  readonly days: number;
}
export const Plan = json<Plan>("example/plan");

export interface Book extends Named<"example/book"> {
  readonly trip: string;
  readonly days: number;
}
export const Book = json<Book>("example/book");

export interface Cancel extends Named<"example/cancel"> {
  readonly trip: string;
}
export const Cancel = json<Cancel>("example/cancel");

/** What the Python function answers: a number of the booking, or why there is none. */
export interface Booked extends Named<"example/booked"> {
  readonly number?: string;
  readonly refused?: string;
}
export const Booked = json<Booked>("example/booked");

export const Bookings = json<string[]>("example/bookings");

@StatefulFunction("example/flights")
export class Flights {
  @State("trips", Bookings) trips: string[] = [];

  @Handles(Book)
  book({ trip }: Book) {
    this.trips.push(trip);
    return `flight ${this.trips.length}`;
  }

  @Handles(Cancel)
  cancel({ trip }: Cancel) {
    this.trips = this.trips.filter((other) => other !== trip);
  }
}

@StatefulFunction("example/hotels")
export class Hotels {
  @State("trips", Bookings) trips: string[] = [];

  @Handles(Book)
  book({ trip, days }: Book) {
    if (days > 60) throw new TerminalError("A room can be had for 60 days at most.", { code: "TOO_LONG" });
    this.trips.push(trip);
    return `room ${this.trips.length}`;
  }

  @Handles(Cancel)
  cancel({ trip }: Cancel) {
    this.trips = this.trips.filter((other) => other !== trip);
  }
}

@StatefulFunction("example/trip")
export class Trip {
  @State("bookings", Bookings) bookings: string[] = [];

  @Workflow(Plan)
  async plan({ town, days }: Plan, flow: WorkflowContext) {
    const trip = flow.address.id;
    // What cancels a booking is listed before the booking: a service may book although its answer comes too late.
    const cancellations: (() => Promise<unknown>)[] = [];
    try {
      cancellations.push(() => flow.call(Flights, town, Cancel.pack({ trip })));
      const flight = await flow.call(Flights, town, Book.pack({ trip, days }));

      cancellations.push(() => flow.call(Hotels, town, Cancel.pack({ trip })));
      const room = await flow.call(Hotels, town, Book.pack({ trip, days }));

      cancellations.push(() => flow.call("example/cars", town, Cancel.pack({ trip }), { answer: Booked }));
      const car: Booked = await flow.call("example/cars", town, Book.pack({ trip, days }), {
        answer: Booked,
        timeout: { seconds: 30 },
      });
      // Another SDK has no TerminalError: its answer says whether it refuses.
      if (car.number === undefined) throw new TerminalError(`No car: ${car.refused}.`, { code: "NO_CAR" });

      await flow.step("booked", () => {
        this.bookings = [flight, room, car.number as string];
      });
      return this.bookings;
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      for (const cancel of cancellations.reverse()) await cancel();
      throw error;
    }
  }
}

export const functions = new StatefulFunctions(Flights, Hotels, Trip);
