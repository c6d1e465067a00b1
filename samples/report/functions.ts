// A report of every night. At three o'clock in Berlin a schedule begins a workflow, which asks every shop at the same time what it
// has sold, and sends the report. A shop that does not answer in time is missing in the report.
//
//   npm run sample report
//   npx tsx src/cli/main.ts send example/shop north '{"cents":450}' --type example/sold
//   npx tsx src/cli/main.ts send example/night all '{"day":"today"}' --type example/write

import {
  type Context,
  Handles,
  json,
  type Named,
  Schedule,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";

export interface Sold extends Named<"example/sold"> {
  readonly cents: number;
}
export const Sold = json<Sold>("example/sold");

/** Asks a shop what it has sold since the last report. */
export interface CloseDay extends Named<"example/close-day"> {
  readonly day: string;
}
export const CloseDay = json<CloseDay>("example/close-day");

export interface Write extends Named<"example/write"> {
  readonly day: string;
}
export const Write = json<Write>("example/write");

export const shops = ["north", "south", "harbour"];

@StatefulFunction("example/shop")
export class Shop {
  @State("cents", Types.int) cents = 0;

  @Handles(Sold)
  sold({ cents }: Sold) {
    this.cents += cents;
  }

  @Handles(CloseDay)
  closeDay(_: CloseDay) {
    const sold = this.cents;
    this.cents = 0;
    return sold;
  }
}

/** The report of one day, whose id is the day. */
@StatefulFunction("example/report")
export class Report {
  @Workflow(Write, { concurrency: "reject" })
  async write({ day }: Write, flow: WorkflowContext) {
    const asked = shops.map((shop) => flow.call(Shop, shop, CloseDay.pack({ day }), { timeout: { minutes: 10 } }));
    const lines = (await Promise.allSettled(asked)).map((answer, index) => {
      if (answer.status === "fulfilled") return `${shops[index]}: ${answer.value} cents`;
      if (!(answer.reason instanceof TerminalError)) throw answer.reason; // a mistake in this code
      return `${shops[index]}: no answer`;
    });
    flow.sendEgress("example/reports", [`Report of ${day}`, ...lines].join("\n"));
  }
}

/** Begins the report of each night. */
@StatefulFunction("example/night")
export class Night {
  @Handles(Write)
  @Schedule({
    name: "nightly report",
    cron: "0 3 * * *",
    timezone: "Europe/Berlin",
    id: "all",
    message: (due) => Write.pack({ day: due.toISOString().slice(0, 10) }),
  })
  begin({ day }: Write, context: Context) {
    context.send(Report, day, Write.pack({ day }));
  }
}

export const functions = new StatefulFunctions(Shop, Report, Night);
