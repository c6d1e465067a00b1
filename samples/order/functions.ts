// An order that takes days. It reserves pieces at the stock, charges a card, waits for a person to approve, and undoes what it
// did when a part fails. Kill the process at any moment: the order goes on where it was.
//
//   npm run sample order
//   npx tsx src/cli/main.ts send example/order 4711 '{"sku":"tea","pieces":2,"cents":900}' --handler place
//   npx tsx src/cli/main.ts call example/order 4711 --handler getStatus
//   npx tsx src/cli/main.ts send example/order 4711 '{"by":"Ann","yes":true}' --type example/approval

import { randomUUID } from "node:crypto";
import {
  Handles,
  json,
  type Named,
  State,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";

export interface PlaceOrder extends Named<"example/place-order"> {
  readonly sku: string;
  readonly pieces: number;
  readonly cents: number;
}
export const PlaceOrder = json<PlaceOrder>("example/place-order");

/** What a person says of an order. */
export interface Approval extends Named<"example/approval"> {
  readonly by: string;
  readonly yes: boolean;
}
export const Approval = json<Approval>("example/approval");

export interface GetStatus extends Named<"example/get-status"> {}
export const GetStatus = json<GetStatus>("example/get-status");

export interface Reserve extends Named<"example/reserve"> {
  readonly order: string;
  readonly pieces: number;
}
export const Reserve = json<Reserve>("example/reserve");

export interface Release extends Named<"example/release"> {
  readonly order: string;
}
export const Release = json<Release>("example/release");

const Reservations = json<Record<string, number>>("example/reservations");

/** The pieces of one sku. An ordinary function: it does not know that a workflow calls it. */
@StatefulFunction("example/stock")
export class Stock {
  @State("pieces", Types.int) pieces = 10;
  @State("reserved", Reservations) reserved: Record<string, number> = {};

  @Handles(Reserve)
  reserve({ order, pieces }: Reserve) {
    if (pieces > this.pieces) {
      throw new TerminalError(`Only ${this.pieces} pieces are left.`, { code: "SOLD_OUT" });
    }
    this.pieces -= pieces;
    this.reserved[order] = pieces;
    return { left: this.pieces };
  }

  @Handles(Release)
  release({ order }: Release) {
    this.pieces += this.reserved[order] ?? 0; // nothing, when nothing was reserved
    delete this.reserved[order];
  }
}

/** The service that charges cards. It charges once for each key, and refunds what was charged under a key, if anything was. */
export interface Payments {
  charge(key: string, cents: number): Promise<string>;
  refund(key: string): Promise<void>;
}

@StatefulFunction("example/order")
export class Order {
  @State("status", Types.string) status = "new";
  readonly #payments: Payments;

  constructor(payments: Payments) {
    this.#payments = payments;
  }

  @Workflow(PlaceOrder)
  async place({ sku, pieces, cents }: PlaceOrder, flow: WorkflowContext<Approval>) {
    const order = flow.address.id;
    const key = flow.uuid(); // the same at every try, and after a crash
    // What undoes an operation is listed before the operation: a call may be carried out although its time is over.
    const compensations: (() => Promise<unknown>)[] = [];
    try {
      compensations.push(() => flow.call(Stock, sku, Release.pack({ order })));
      await flow.call(Stock, sku, Reserve.pack({ order, pieces }), { timeout: { seconds: 30 } });

      compensations.push(() => flow.step("refund", () => this.#payments.refund(key)));
      const charge = await flow.step("charge", () => this.#payments.charge(key, cents), {
        attempts: 10,
        longestDelay: { minutes: 5 },
      });

      await flow.step("wait for a person", () => {
        this.status = "waits for an approval";
      });
      const approval = await flow.receive(Approval, { timeout: { days: 3 } });
      if (approval === undefined) throw new TerminalError("Nobody approved in time.", { code: "NOT_APPROVED" });
      if (!approval.yes) throw new TerminalError(`${approval.by} said no.`, { code: "NOT_APPROVED" });

      await flow.step("done", () => {
        this.status = "ordered";
      });
      flow.sendEgress("example/mails", `Your ${pieces} pieces of ${sku} are on their way.`);
      return { charge };
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error; // a mistake in this code: the run stands still until it is mended
      for (const compensate of compensations.reverse()) await compensate();
      await flow.step("undone", () => {
        this.status = `undone: ${error.message}`;
      });
      throw error;
    }
  }

  @Handles(GetStatus, { readOnly: true }) // answers while the order waits
  getStatus(_: GetStatus) {
    return this.status;
  }
}

/** A service in this process. It fails at every second request, as services do. */
export class FlakyPayments implements Payments {
  readonly charges = new Map<string, string>();
  requests = 0;

  async charge(key: string, cents: number): Promise<string> {
    this.#answer();
    const charge = this.charges.get(key) ?? `${cents} cents, ${randomUUID()}`;
    this.charges.set(key, charge);
    return charge;
  }

  async refund(key: string): Promise<void> {
    this.#answer();
    this.charges.delete(key);
  }

  #answer(): void {
    this.requests += 1;
    if (this.requests % 2 === 1) throw new Error("The payment service does not answer.");
  }
}

export const functionsWith = (payments: Payments) =>
  new StatefulFunctions(Stock).bind(Order, { create: () => new Order(payments) });

export const functions = functionsWith(new FlakyPayments());
