// Makes the OpenAPI document of the two servers.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { routes as adminRoutes } from "../../src/runtime/admin/routes.js";
import { routes as ingressRoutes } from "../../src/runtime/ingress/routes.js";
import { type AnswerSchemas, schemasOf } from "./answer-schemas.js";
import { adminDetails, ingressDetails, type RouteDetails } from "./details.js";
import { pathParameters, queryParameters } from "./parameters.js";

/** What the document needs to know of a route. */
interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly does: string;
}

interface Schema {
  readonly [name: string]: unknown;
}

/** A server with its routes. */
interface DescribedServer {
  readonly tag: string;
  readonly url: string;
  readonly description: string;
  readonly routes: Readonly<Record<string, DescribedRoute>>;
  readonly details: Readonly<Record<string, RouteDetails>>;
  /** The schema of each answer that is JSON, by the name of its route. */
  readonly answers: Readonly<Record<string, Schema>>;
  readonly operationId: (name: string) => string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The whole document. Throws when something of a route is not described. */
export function openApiDocument(): object {
  const { version, homepage } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const admin = schemasOf("src/runtime/admin/api/answers.ts", "AdminAnswers");
  const ingress = schemasOf("src/runtime/ingress/api.ts", "IngressAnswers");
  const live = schemasOf("src/runtime/admin/api/batches.ts", "LiveBatches");
  const errors = schemasOf("src/runtime/admin/api/errors.ts", "ErrorAnswer");
  const servers: DescribedServer[] = [
    {
      tag: "admin",
      url: "http://127.0.0.1:7071",
      description: "The admin server: shows a runtime and changes it.",
      routes: adminRoutes,
      details: adminDetails,
      answers: admin.properties,
      operationId: (name) => name,
    },
    {
      tag: "ingress",
      url: "http://127.0.0.1:7070",
      description: "The HTTP ingress: takes messages for functions, and calls them.",
      routes: ingressRoutes,
      details: ingressDetails,
      answers: ingress.properties,
      operationId: (name) => `ingress${name[0]?.toUpperCase()}${name.slice(1)}`,
    },
  ];
  return {
    openapi: "3.1.0",
    info: {
      title: "statefun-ts",
      version,
      description:
        "The HTTP API of the embedded runtime. Every error is an ErrorAnswer. Instants are ISO 8601 texts in UTC, and numbers of milliseconds have names that end in Ms.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    externalDocs: { url: homepage },
    servers: servers.map(({ url, description }) => ({ url, description })),
    tags: servers.map(({ tag, description }) => ({ name: tag, description })),
    security: [{}, { bearerToken: [] }],
    paths: pathsOf(servers),
    components: {
      securitySchemes: {
        bearerToken: { type: "http", scheme: "bearer", description: "The option bearerToken of the server." },
      },
      responses: {
        Error: {
          description: "The request was refused, or something has failed.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorAnswer" } } },
        },
      },
      schemas: sorted(merged(admin, ingress, live, errors)),
    },
  };
}

function pathsOf(servers: readonly DescribedServer[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const server of servers) {
    for (const [name, route] of Object.entries(server.routes)) {
      const details = server.details[name] ?? {};
      if (details.undocumented) continue;
      const { path, url } = placeOf(server, route, paths);
      paths[path] ??= { servers: [{ url, description: server.description }] };
      paths[path][route.method.toLowerCase()] = operationOf(server, name, route, details);
    }
  }
  return paths;
}

/**
 * The path of a route in the document. Two servers may have the same path with other names for its parts, as DELETE /delayed/:key,
 * which the document can hold only once. The first part of the path of the second server then belongs to the server's URL.
 */
function placeOf({ url }: DescribedServer, route: DescribedRoute, paths: object): { path: string; url: string } {
  const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
  const shape = (each: string) => each.replaceAll(/\{\w+\}/g, "{}");
  const taken = Object.entries<any>(paths).some(
    ([each, item]) => shape(each) === shape(path) && item.servers[0].url !== url,
  );
  if (!taken) return { path, url };
  const [, first = "", ...rest] = path.split("/");
  return { path: `/${rest.join("/")}`, url: `${url}/${first}` };
}

function operationOf(server: DescribedServer, name: string, route: DescribedRoute, details: RouteDetails): object {
  const { tag, answers, operationId } = server;
  const { status = 200, contents = {}, body, open = false, headers = [], failures = {} } = details;
  const schema = details.answer ?? answers[name];
  if (schema === undefined && Object.keys(contents).length === 0 && details.empty !== true) {
    throw new Error(
      `The route ${name} has no answer: add its type to AdminAnswers, or its content to scripts/openapi.`,
    );
  }
  const content = { ...(schema === undefined ? {} : { "application/json": { schema } }), ...contents };
  return {
    operationId: operationId(name),
    tags: [tag],
    summary: plain(route.does),
    ...(open ? { security: [{}] } : {}),
    parameters: [
      ...[...route.path.matchAll(/:(\w+)/g)].map(([, part = ""]) => ({
        name: part,
        in: "path",
        required: true,
        ...described(pathParameters, part, `the part :${part} of a path`),
      })),
      ...route.query.map((each) => ({
        name: each,
        in: "query",
        ...described({ ...queryParameters, ...details.query }, each, `the query parameter ${each}`),
      })),
      ...headers,
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      ...(details.empty === true && schema === undefined && Object.keys(contents).length === 0
        ? {}
        : { [status]: { description: "Done.", content } }),
      ...(details.empty === true ? { 204: { description: "Done; there is no value." } } : {}),
      ...Object.fromEntries(
        Object.entries(failures).map(([code, failure]) => [
          code,
          { description: "Not done.", content: { "application/json": { schema: failure } } },
        ]),
      ),
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function described(table: Readonly<Record<string, Schema>>, name: string, what: string): Schema {
  const found = table[name];
  if (found === undefined) throw new Error(`Describe ${what} in scripts/openapi/parameters.ts.`);
  return found;
}

/** A sentence of the docs without its links and marks. */
const plain = (text: string) => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");

/** Throws when two types have the same name, since the document knows a type by its name alone. */
function merged(...all: readonly AnswerSchemas[]): Record<string, Schema> {
  const schemas: Record<string, Schema> = {};
  for (const { definitions } of all) {
    for (const [name, schema] of Object.entries(definitions)) {
      const known = schemas[name];
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
        throw new Error(`Two types of answers have the name ${name}: give one of them another name.`);
      }
      schemas[name] = schema;
    }
  }
  return schemas;
}

const sorted = (entries: Readonly<Record<string, Schema>>) =>
  Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)));
