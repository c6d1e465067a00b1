// Reads the files of a transport's TLS options.

import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { describe, StatefunError } from "../../errors.js";
import type { EndpointSpec } from "../module/module.js";

/**
 * Reads the files once for all connections, so that a wrong file is reported when the runtime opens. Returns undefined when
 * the transport names no file. Throws MODULE_INVALID.
 */
export function secureContextOf({ transport, where }: EndpointSpec): SecureContext | undefined {
  const read = (key: string, path: string | undefined) => {
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new StatefunError("MODULE_INVALID", `${where}: ${key} can't be read: ${describe(cause)}`, { cause });
    }
  };
  const ca = read("trust_cacerts", transport.trustCaCerts);
  const cert = read("client_cert", transport.clientCert);
  const key = read("client_key", transport.clientKey);
  const password = read("client_key_password", transport.clientKeyPassword);
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  try {
    // Editors end a file with a line feed. It is not part of the password.
    const passphrase = password?.toString().replace(/\r?\n$/, "");
    return createSecureContext({ ca, cert, key, passphrase });
  } catch (cause) {
    const why = `the certificates, the key or its password can't be used: ${describe(cause)}`;
    throw new StatefunError("MODULE_INVALID", `${where}: ${why}`, { cause });
  }
}
