// nginx with the file of deploy/nginx, before a runtime, with certificates of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "../support/free-ports.ts";
import { Certificates, openssl } from "../tls/certificates.ts";
import { deployed } from "./files.ts";

export interface ProxiedRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A proxy that runs. */
export interface Proxy {
  readonly httpPort: number;
  /** Sends a request and resolves when its headers have come. The body is unread. */
  ask(path: string, sent?: ProxiedRequest): Promise<IncomingMessage>;
}

/** The file with the ports and the folders of this test. Throws when the file does not have what is replaced. */
function configuration(replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx/statefun.conf has no ${from}`);
    return text.replaceAll(from, to);
  }, deployed("nginx/statefun.conf"));
}

/** Starts nginx before the two servers of a runtime, with a login for the operator alice, whose password is "secret". */
export async function startProxy(t: TestContext, ingress: number, admin: number): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), "statefun-nginx-"));
  const certificates = new Certificates();
  t.after(() => {
    certificates.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const { certFile, keyFile, cert } = certificates.identity("app", { names: "DNS:app.example.org", authority: true });
  const [httpPort, httpsPort] = (await freePorts(2)) as [number, number];
  writeFileSync(join(folder, "operators"), `alice:${openssl("passwd", "-apr1", "secret")}`);
  const own = configuration({
    "listen 80;": `listen 127.0.0.1:${httpPort};`,
    "listen 443 ssl;": `listen 127.0.0.1:${httpsPort} ssl;`,
    "server 127.0.0.1:7070;": `server 127.0.0.1:${ingress};`,
    "server 127.0.0.1:7071;": `server 127.0.0.1:${admin};`,
    "/etc/nginx/tls/app.pem": certFile,
    "/etc/nginx/tls/app-key.pem": keyFile,
    "/etc/nginx/operators": join(folder, "operators"),
  });
  writeFileSync(join(folder, "statefun.conf"), own);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => {
    mkdirSync(join(folder, name));
    return `${name}_temp_path ${join(folder, name)};`;
  });
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr warn; events {}
     http { access_log off; ${temporary.join(" ")} include ${folder}/statefun.conf; }`,
  );
  const nginx = spawn("nginx", ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "inherit" });
  const ended = once(nginx, "exit");
  t.after(async () => {
    nginx.kill("SIGTERM");
    await ended;
  });
  await untilListening(httpsPort);
  const ask = (path: string, { method = "GET", headers, body }: ProxiedRequest = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: httpsPort,
        servername: "app.example.org",
        ca: cert,
        agent: false,
        method,
      };
      const sent = request({ ...options, path, headers: { host: "app.example.org", ...headers } }, resolve);
      sent.on("error", reject).end(body);
      t.after(() => sent.destroy());
    });
  return { httpPort, ask };
}

async function untilListening(port: number): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const socket = connect(port, "127.0.0.1");
    const listens = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (listens) return;
    await delay(50);
  }
  throw new Error("nginx does not listen");
}
