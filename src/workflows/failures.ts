// The failures of operations and runs. In the code of a workflow each one is a TerminalError, with a code that stays the same.

import { type ErrorCode, errors } from "../errors.js";
import { type Failure, terminalErrorOf } from "../model/failure.js";
import { defaultTerminalStatus, isTerminalStatus, type TerminalError } from "../model/terminal-error.js";
import { surviveStray } from "./stray-rejections.js";

/** A failure with a code of this package. */
export function runFailure(code: ErrorCode, message: string, details?: unknown): Failure {
  const { status } = errors[code];
  return {
    code,
    message,
    terminal: true,
    status: isTerminalStatus(status) ? status : defaultTerminalStatus,
    ...(details === undefined ? {} : { details }),
  };
}

/** The same as an error to throw. */
export function runError(code: ErrorCode, message: string): TerminalError {
  return terminalErrorOf(runFailure(code, message));
}

/** The error with which an operation fails in the workflow's code. */
export function operationError(failure: Failure): TerminalError {
  const error = terminalErrorOf(failure);
  surviveStray(error);
  return error;
}

/** What the caller of a run learns of its failure. What a step has thrown is for people who look after the function. */
export function callersFailure(failure: Failure): Failure {
  return failure.code === "STEP_FAILED"
    ? { ...failure, message: "A step of the workflow has failed for good." }
    : failure;
}
