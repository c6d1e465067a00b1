// Why a server can't listen on its address.

import { StatefunError } from "../errors.js";
import { holderOfPort } from "./port-holder.js";

/** Where a server was to listen, in the words of its user. */
export interface ListenAddress {
  /** The server, at the beginning of a sentence: "The ingress". */
  readonly name: string;
  /** The host; undefined for every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
  /** What a user changes to choose another port: "the option ingress.port". */
  readonly option: string;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not listen on that port; choose a port above 1023",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such host",
};

/** The error for what Node's `listen` failed with: ADDRESS_IN_USE for a taken port, else OPTION_INVALID. */
export function listenFailure(address: ListenAddress, error: NodeJS.ErrnoException): StatefunError {
  const { name, host, port, option } = address;
  const what = `${name} can't listen on ${host === undefined ? "port " : `${host}:`}${port}`;
  if (error.code === "EADDRINUSE") {
    const advice = `Choose another port with ${option}; 0 is any free port.`;
    const pid = holderOfPort(port);
    const holder = pid === undefined ? "another process" : pid === process.pid ? "this process" : `process ${pid}`;
    return new StatefunError("ADDRESS_IN_USE", `${what}: ${holder} listens there. ${advice}`, { cause: error });
  }
  const why = reasons[error.code ?? ""] ?? error.message;
  return new StatefunError("OPTION_INVALID", `${what}: ${why}. See ${option}.`, { cause: error });
}
