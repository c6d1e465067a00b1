// Certificates of one test run, made by the openssl command: authorities, a server's, clients', keys with a password.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key: where they are, for the engine, and what they say, for Node. */
export interface Identity {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface IdentityOptions {
  /** Defaults to signing itself. */
  readonly issuer?: Identity;
  /** Names and addresses, as openssl writes them: "DNS:localhost,IP:127.0.0.1". Defaults to none. */
  readonly names?: string;
  /** Whether it may sign others. Defaults to false. */
  readonly authority?: boolean;
  /** Defaults to two days; a negative number has been over that long. */
  readonly days?: number;
}

/** A folder of certificates, to remove afterwards. */
export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), "statefun-tls-"));
  #count = 0;

  /** Makes a key and a certificate with this common name. */
  identity(name: string, { issuer, names, authority = false, days = 2 }: IdentityOptions = {}): Identity {
    const prefix = join(this.folder, `${++this.#count}`);
    const [keyFile, certFile, request, extensions] = ["key", "pem", "csr", "ext"].map((end) => `${prefix}.${end}`) as [
      string,
      string,
      string,
      string,
    ];
    const subject = ["-subj", `/CN=${name}`];
    openssl(
      "req",
      "-new",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      ...subject,
      "-keyout",
      keyFile,
      "-out",
      request,
    );
    const lines = [`basicConstraints=critical,CA:${authority ? "TRUE" : "FALSE"}`];
    if (names !== undefined) lines.push(`subjectAltName=${names}`);
    writeFileSync(extensions, `${lines.join("\n")}\n`);
    const signer =
      issuer === undefined
        ? ["-signkey", keyFile]
        : ["-CA", issuer.certFile, "-CAkey", issuer.keyFile, "-set_serial", String(this.#count)];
    openssl("x509", "-req", "-in", request, ...signer, "-days", String(days), "-extfile", extensions, "-out", certFile);
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  }

  /**
   * The same key under a password, in PKCS #8 as the engine reads it: Java 17 knows no password that is hashed by PBES2,
   * which openssl takes unless it is told another way.
   */
  withPassword({ keyFile }: Identity, password: string): { keyFile: string; passwordFile: string } {
    const prefix = join(this.folder, `${++this.#count}`);
    const protectedKey = `${prefix}.p8`;
    openssl(
      "pkcs8",
      "-topk8",
      "-v1",
      "PBE-SHA1-3DES",
      "-in",
      keyFile,
      "-passout",
      `pass:${password}`,
      "-out",
      protectedKey,
    );
    return { keyFile: protectedKey, passwordFile: this.file("password", password) };
  }

  /** Writes a file and returns where it is. */
  file(name: string, text: string): string {
    const path = join(this.folder, `${++this.#count}-${name}`);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs openssl. Returns what it prints. */
export function openssl(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (error !== undefined)
    throw new Error("openssl is not installed (Debian: apt-get install openssl)", { cause: error });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
  return stdout;
}
