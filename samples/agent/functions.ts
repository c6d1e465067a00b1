// An agent: a slow model says which tool it wants, and the agent uses it, until the model has an answer. Each answer of the model
// is a step, so a crash never asks the model twice for the same turn. A refund waits for a person.
//
//   npm run sample agent
//   npx tsx src/cli/main.ts call example/agent ann '{"question":"Can I have my money back?"}' --timeout 5m
//   npx tsx src/cli/main.ts send example/agent ann '{"turn":2,"yes":true}' --type example/decision
//
// Send the decision while the call of the second line waits, from another terminal.

import {
  Handles,
  json,
  type Named,
  StatefulFunction,
  StatefulFunctions,
  TerminalError,
  Types,
  Workflow,
  type WorkflowContext,
} from "statefun-ts";
import { type Model, modelAt, startModel, type Turn } from "./model.ts";

export interface Ask extends Named<"example/ask"> {
  readonly question: string;
}
export const Ask = json<Ask>("example/ask");

/** What a person says to a tool that needs a permission. */
export interface Decision extends Named<"example/decision"> {
  readonly turn: number;
  readonly yes: boolean;
}
export const Decision = json<Decision>("example/decision");

/** A tool that is a function of its own: it tells the weather of the town that is its id. */
@StatefulFunction("example/weather")
export class Weather {
  @Handles(Types.string)
  tell(_question: string) {
    return "rainy";
  }
}

@StatefulFunction("example/agent")
export class Agent {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  @Workflow(Ask)
  async ask({ question }: Ask, flow: WorkflowContext<Decision>) {
    const talk: Turn[] = [{ from: "person", text: question }];
    for (let turn = 1; turn <= 10; turn++) {
      const said = await flow.step(`model ${turn}`, () => this.#model.next(talk), { attempts: 5 });
      if (said.kind === "answer") return said.text;
      talk.push({ from: "tool", text: await this.#use(said.tool, said.input, turn, flow) });
    }
    throw new TerminalError("The model has no answer after ten turns.", { code: "NO_ANSWER" });
  }

  /** Uses a tool: a call of a function, or a step that a person allows. */
  async #use(tool: string, input: string, turn: number, flow: WorkflowContext<Decision>): Promise<string> {
    switch (tool) {
      case "weather":
        return flow.call(Weather, input, "now", { timeout: { seconds: 10 } });
      case "refund": {
        flow.sendEgress("example/questions", `Turn ${turn}: may the agent refund ${input}?`);
        const decision = await flow.receive(Decision, { where: (one) => one.turn === turn, timeout: { hours: 8 } });
        if (decision?.yes !== true) return "The refund was not allowed.";
        return flow.step(`refund ${turn}`, () => `Refunded ${input}.`);
      }
      default:
        return `There is no tool ${tool}.`;
    }
  }
}

export const functionsWith = (model: () => Promise<Model>) =>
  new StatefulFunctions(Weather).bind(Agent, { create: async () => new Agent(await model()) });

let started: Promise<Model> | undefined;
export const functions = functionsWith(() => {
  started ??= startModel(1_000).then(({ url }) => modelAt(url));
  return started;
});
