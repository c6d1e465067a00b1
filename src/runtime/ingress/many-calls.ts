// POST /calls of the HTTP ingress: many calls in one request, each in a line, and their answers in lines.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EngineApi } from "../../engine/engine-api.js";
import { StatefunError } from "../../errors.js";
import { defaultLogger, type Logger, logFailure } from "../../model/logger.js";
import type { Metadata } from "../../model/metadata.js";
import type { TypedValue } from "../../model/typed-value.js";
import type { TypeCatalog } from "../../types/type-catalog.js";
import type { ObserveAnswer } from "../http/answering.js";
import { codeOf, isOwnFault } from "../http/error-answer.js";
import { readBody } from "../http/request-body.js";
import type { RequestMetadata } from "../http/request-metadata.js";
import { AnswerLines, jsonLines } from "./answer-lines.js";
import { type OpenedLine, openCallLine, readCallLine } from "./call-line.js";

/** What {@link ManyCalls} works with. */
export interface ManyCallsParts {
  readonly engine: EngineApi;
  readonly catalog: TypeCatalog;
  readonly maxBodyBytes: number;
  readonly metadata: RequestMetadata;
  readonly logger?: Logger | undefined;
  /** Takes the code of each line's answer. */
  readonly observe?: ObserveAnswer | undefined;
  /** After how many milliseconds a client that does not read its answers is cut off. Defaults to 60,000. */
  readonly slowReaderMs?: number;
}

/** The most calls of one request. */
const mostCalls = 1_000;

const newline = 0x0a;

/** A line that is not blank. Lines are counted from 1, blank ones too. */
interface Line {
  readonly number: number;
  readonly bytes: Buffer;
}

/** What is kept of a call until its answer. */
interface Turn {
  readonly number: number;
  readonly answers: AnswerLines;
  /** When the call began. */
  readonly begun: number;
  readonly gone: AbortSignal;
}

/** Carries out the calls of requests. */
export class ManyCalls {
  readonly #parts: ManyCallsParts;

  constructor(parts: ManyCallsParts) {
    this.#parts = parts;
  }

  /**
   * Answers a request. The whole request is read before its first call begins, so a request that is cut off or too large does
   * nothing. From then on a call that fails concerns its own line only. Rejects with MEDIA_TYPE_UNSUPPORTED, METADATA_INVALID,
   * REQUEST_EMPTY, REQUEST_TOO_LARGE and REQUEST_ABORTED.
   */
  async answer({ request, response }: { request: IncomingMessage; response: ServerResponse }): Promise<void> {
    const { maxBodyBytes, metadata } = this.#parts;
    assertLines(request);
    const ofRequest = metadata.of(request);
    // Many calls may wait for long, so the function that waits must not hold the lines.
    await readBody(request, maxBodyBytes).then((body) => this.#beginAll(linesOf(body), ofRequest, response));
  }

  /** Begins the calls. Resolves when they are answered. */
  #beginAll(
    lines: readonly Line[],
    metadata: Metadata | undefined,
    response: ServerResponse,
  ): Promise<void> | undefined {
    if (response.destroyed) return undefined;
    const { slowReaderMs = 60_000 } = this.#parts;
    const answers = new AnswerLines(response, lines.length, slowReaderMs);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const begun = performance.now();
    for (const { number, bytes } of lines) this.#begin(bytes, metadata, { number, answers, begun, gone: gone.signal });
    return answers.done;
  }

  /** Begins a call, once the types of its function are known. */
  #begin(bytes: Buffer, metadata: Metadata | undefined, turn: Turn): void {
    const { engine, catalog } = this.#parts;
    try {
      const opened = openCallLine(engine, bytes);
      const learning = catalog.learn?.(opened.target.typeName);
      if (learning === undefined) this.#call(opened, metadata, turn);
      else learning.then(() => this.#call(opened, metadata, turn));
    } catch (error) {
      this.#fail(turn, error);
    }
  }

  /** Nothing that waits for the answer may hold the line or its value. */
  #call(opened: OpenedLine, metadata: Metadata | undefined, turn: Turn): void {
    const { engine, catalog } = this.#parts;
    try {
      const { target, value, options, wantsBytes } = readCallLine(opened, catalog, metadata, turn.gone);
      engine.call(target, value, options).then(
        (answer) => this.#answer(turn, answer, wantsBytes),
        (error: unknown) => this.#fail(turn, error),
      );
    } catch (error) {
      this.#fail(turn, error);
    }
  }

  #answer(turn: Turn, answer: TypedValue | undefined, wantsBytes: boolean): void {
    const { catalog } = this.#parts;
    const write = () => {
      turn.answers.value(turn.number, catalog.find, answer, wantsBytes);
      this.#count("OK", turn.begun);
    };
    const learning = answer === undefined ? undefined : catalog.learnType?.(answer.typename);
    if (learning === undefined) write();
    else learning.then(write);
  }

  #fail({ number, answers, begun, gone }: Turn, error: unknown): void {
    if (gone.aborted) {
      this.#count("CLIENT_LEFT", begun);
      return;
    }
    if (isOwnFault(error)) logFailure(this.#parts.logger ?? defaultLogger, error);
    answers.error(number, error);
    this.#count(codeOf(error), begun);
  }

  #count(code: string, begun: number): void {
    this.#parts.observe?.(code, (performance.now() - begun) / 1000);
  }
}

/** Throws MEDIA_TYPE_UNSUPPORTED. curl sends the type of a form with any body. */
function assertLines({ headers: { "content-type": type = jsonLines } }: IncomingMessage): void {
  const [name = ""] = type.split(";", 1);
  if ([jsonLines, "application/x-www-form-urlencoded"].includes(name.trim().toLowerCase())) return;
  throw new StatefunError("MEDIA_TYPE_UNSUPPORTED", `The content type is ${type}; it must be ${jsonLines}.`);
}

/** Splits the body of a request. Throws REQUEST_EMPTY and REQUEST_TOO_LARGE. */
function linesOf(body: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0, number = 1; start < body.length; number++) {
    const at = body.indexOf(newline, start);
    const end = at < 0 ? body.length : at;
    const bytes = body.subarray(start, end);
    if (!isBlank(bytes)) lines.push({ number, bytes });
    if (lines.length > mostCalls) {
      throw new StatefunError(
        "REQUEST_TOO_LARGE",
        `The request has more than ${mostCalls} calls. Send several requests.`,
      );
    }
    start = end + 1;
  }
  if (lines.length === 0) {
    throw new StatefunError("REQUEST_EMPTY", "The request has no line. Send each call as JSON in a line of its own.");
  }
  return lines;
}

/** Whether a line holds nothing but spaces, tabs and carriage returns. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
