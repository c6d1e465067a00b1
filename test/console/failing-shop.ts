// A shop of which a lot goes wrong, for the console's pages about failures: its functions, until they are mended.

import {
  type Context,
  Handles,
  json,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "../../src/index.js";
import { Gate } from "../support/gate.js";

export interface Order {
  readonly order: number;
  readonly pieces: number;
}
export const Order = json<Order>("shop.types/order");

export interface Pay {
  readonly payment: number;
}
export const Pay = json<Pay>("shop.types/pay");

export const Approval = json<{ readonly by: string }>("shop.types/approval");

export interface Report {
  readonly battery: number;
  readonly status: "online" | "offline";
  readonly place: { readonly city: string; readonly floor: number };
}
export const Report = json<Report>("fleet.types/report");

/** What the shop's functions are told by the tests. */
export const shop = {
  /** Whether everything works that fails at first. */
  mended: false,
  /** Opened when the step that takes long may end. */
  packing: new Gate(),
  /** What the functions have done, in a line each. */
  done: [] as string[],
};

/** Sets messages aside as dead letters. */
@StatefulFunction("shop/orders", { retry: { attempts: 1 }, onFailure: "deadLetter" })
class Orders {
  @Handles(Order)
  take({ order, pieces }: Order) {
    if (pieces > 100) throw new TerminalError(`Only ${pieces - 90} pieces are left.`, { code: "SOLD_OUT" });
    if (!shop.mended && pieces > 10) throw new RangeError(`Order ${order} asks for ${pieces} pieces.`);
    shop.done.push(`order ${order}: ${pieces}`);
  }
}

/** Parks addresses. */
@StatefulFunction("shop/payments", { retry: { attempts: 1 } })
class Payments {
  @State("paid", Types.int) paid = 0;

  @Handles(Pay)
  pay({ payment }: Pay) {
    if (!shop.mended) throw new Error(`The bank has answered 503 to payment ${payment}.`);
    this.paid += 1;
    shop.done.push(`paid ${payment}`);
  }
}

/** Fails, and is tried again in an hour. */
@StatefulFunction("shop/receipts", { retry: { attempts: 5, firstDelay: { hours: 1 }, longestDelay: { hours: 1 } } })
class Receipts {
  @Handles(Types.string)
  send(to: string) {
    if (!shop.mended) throw new Error(`"${to}" is no address.`);
    shop.done.push(`receipt to ${to}`);
  }
}

/** Asks to be reminded: of each message it gets, after so many minutes. */
@StatefulFunction("shop/reminders")
class Reminders {
  @Handles(Types.int)
  remind(minutes: number, context: Context) {
    const token = `${context.address.id}-in-${minutes}`;
    context.sendAfter({ minutes }, context.address, `The cart of ${context.address.id} waits.`, {
      cancellationToken: token,
    });
  }

  @Handles(Types.string)
  say(text: string) {
    shop.done.push(`reminded: ${text}`);
  }
}

/** Sends a record to each egress that it is told. */
@StatefulFunction("shop/news")
class News {
  @Handles(Types.string)
  publish(egress: string, context: Context) {
    context.sendEgress(egress, `News for ${context.address.id}`);
  }
}

@StatefulFunction("shop/report")
class NightlyReport {
  @Handles(Types.string)
  write(kind: string, context: Context) {
    shop.done.push(`${kind} report, ${context.metadata.getText("statefun-schedule-run")}`);
  }
}

/** Has a run in each of its ids, in another status. */
@StatefulFunction("shop/checkout", { callTimeout: { minutes: 10 } })
class Checkout {
  @State("status", Types.string) status = "new";

  @Workflow(Order)
  async place({ order, pieces }: Order, flow: WorkflowContext<{ readonly by: string }>) {
    const charge = await flow.step("charge", async () => ({ receipt: `r-${order}`, cents: pieces * 250 }));
    if (pieces > 100) throw new TerminalError(`Only ${pieces - 90} pieces are left.`, { code: "SOLD_OUT" });
    if (pieces === 7 && !shop.mended) return flow.restart(Order.pack({ order, pieces: 1 }));
    if (pieces === 9) await flow.step("pack by hand", () => shop.packing.promise);
    if (pieces === 8) {
      await flow.step(
        "book a lorry",
        () => {
          if (!shop.mended) throw new Error("The carrier does not answer.");
        },
        { firstDelay: { hours: 1 }, longestDelay: { hours: 1 } },
      );
    }
    if (pieces === 2) return { charge };
    try {
      const approval = await flow.receive(Approval, { timeout: { days: 3 } });
      return { charge, by: approval?.by ?? "nobody" };
    } catch (error) {
      await flow.step("refund", () => {
        this.status = "refunded";
      });
      throw error;
    }
  }
}

/** The last report of a device, for queries. */
@StatefulFunction("fleet/device")
class Device {
  @State("report", Report) report: Report | undefined;
  @State("battery", Types.int) battery = 100;
  @State("status", Types.string) status = "new";
  @State("reports", Types.long) reports = 0n;

  @Handles(Report)
  take(report: Report) {
    this.report = report;
    this.battery = report.battery;
    this.status = report.status;
    this.reports += 1n;
  }
}

export const functions = new StatefulFunctions(
  Orders,
  Payments,
  Receipts,
  Reminders,
  News,
  NightlyReport,
  Checkout,
  Device,
);
