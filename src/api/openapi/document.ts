/**
 * Builds the OpenAPI 3.1 document from the routes, and adds the common parts: each route's scope,
 * the headers of every response and an example of each problem. They are added here so that no
 * route can omit them.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import manifest from "../../../package.json" with { type: "json" };
import { requiredScope } from "../http/auth.ts";
import type { AppEnv } from "../context.ts";
import type { Examples } from "./examples.ts";
import { idempotent } from "../http/idempotent.ts";
import {
  Problem,
  PROBLEM_TYPE,
  ERRORS_PATH,
  problemDocument,
  PROBLEMS,
  type ProblemCode,
} from "../http/problem.ts";
import { codeSamples, exampleIn } from "./code-samples.ts";
import type { Schema } from "./docs-schema.ts";
import { describeCode, examplesOf, IDEMPOTENCY_KEY } from "./routes.ts";
import { headersOf, RESPONSE_HEADERS, type HeaderName } from "./response-headers.ts";

type OpenApi = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type PathItem = NonNullable<OpenApi["paths"]>[string];
export type Operation = NonNullable<PathItem["get"]>;

/** Methods that a path of the document may have. */
export const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** Headers of a status on every route. */
const OF_STATUS: Readonly<Record<string, HeaderName>> = {
  401: "WWW-Authenticate",
  405: "Allow",
  412: "ETag",
  429: "Retry-After",
  503: "Retry-After",
};

const TAGS = [
  { name: "Tasks", description: "Work that is submitted once and runs to an end." },
  { name: "Events", description: "The event log of a task: read, stream or watch it live." },
  { name: "Attachments", description: "Files that tasks have as inputs." },
  { name: "Conversations", description: "Chains of tasks. Each turn is a task." },
  { name: "Inbox", description: "Open questions of tasks to people." },
  { name: "Tools", description: "Tools that runs can call." },
  { name: "Agents", description: "Named, versioned configs." },
  { name: "MCP", description: "Opspawn as an MCP server." },
  { name: "MCP servers", description: "MCP servers that provide tools to runs." },
  { name: "Webhooks", description: "Notifications about tasks." },
  { name: "Telemetry", description: "Where traces of runs are sent." },
  { name: "Hooks", description: "URLs that start a task from a template." },
  { name: "Schedules", description: "Tasks that are submitted by the clock." },
  { name: "Memory", description: "What tasks remember for later ones." },
  { name: "Subjects", description: "What is stored about whom or what tasks are about." },
  { name: "Keys", description: "API keys." },
  { name: "Secrets", description: "Values that calls use by name, and that cannot be read." },
  { name: "Usage", description: "Usage, budgets and concurrency limits." },
  { name: "Admin", description: "Audit log and invariant checks." },
  { name: "System", description: "Health. Needs no key." },
];

/**
 * Returns the document of the service.
 * @param server base URL of the service
 * @param examples examples of schemas that have none of their own
 */
export function openApiDocument(
  app: OpenAPIHono<AppEnv>,
  server: string,
  examples: Examples,
): OpenApi {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Opspawn",
      version: manifest.version,
      description:
        "Runs AI agents as durable tasks: submit a goal, watch the run live, and rely on it to finish.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: server }],
    tags: TAGS,
  });
  const schemas = Object.fromEntries(
    Object.entries(document.components?.schemas ?? {}).map(
      ([name, schema]) => [name, { ...exampleNamed(name, examples), ...schema }] as const,
    ),
  );
  const natures = naturesOf(app);
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = METHODS.flatMap((method) => {
      const operation = item[method];
      const nature = natures.get(`${method} ${path}`) ?? PLAIN;
      return operation === undefined
        ? []
        : [[method, sampled(completed(operation, nature), method, path, server, schemas)] as const];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: {
      ...document.components,
      schemas,
      headers: { ...RESPONSE_HEADERS },
      examples: Object.fromEntries(
        Object.keys(PROBLEMS).map((code) => [code, exampleOf(code as ProblemCode, server)]),
      ),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key." },
        ticket: {
          type: "apiKey",
          in: "query",
          name: "ticket",
          description: "A ticket valid for 60 seconds, for browsers.",
        },
      },
    },
  };
}

/** Properties of a route that the document derives from its handlers. */
interface Nature {
  readonly scope: string | null;
  readonly isIdempotent: boolean;
}

const PLAIN: Nature = { scope: null, isIdempotent: false };

/** Returns the nature of each route, by method and path as in the document. */
function naturesOf(app: OpenAPIHono<AppEnv>): ReadonlyMap<string, Nature> {
  const natures = new Map<string, Nature>();
  for (const { method, path, handler } of app.routes) {
    const name = `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
    const { scope, isIdempotent } = natures.get(name) ?? PLAIN;
    natures.set(name, {
      scope: requiredScope(handler) ?? scope,
      isIdempotent: isIdempotent || handler === idempotent,
    });
  }
  return natures;
}

function completed(operation: Operation, { scope, isIdempotent }: Nature): Operation {
  const named = (operation.security ?? []).flatMap((one) => one["bearer"] ?? []);
  const scopes = scope === null ? named : [scope];
  const needs = scopes.map((name) => `Needs the scope \`${name}\`.`);
  const description = [operation.description ?? "", ...needs].join(" ").trim();
  const given: Responses = operation.responses ?? {};
  const responses = isIdempotent ? withIdempotency(given) : given;
  return {
    ...operation,
    ...(description === "" ? {} : { description }),
    ...(scope === null ? {} : { security: [{ bearer: scopes }] }),
    ...(isIdempotent ? { parameters: [...(operation.parameters ?? []), KEY_PARAMETER] } : {}),
    responses: mapped(responses, withHeaders),
  };
}

/** Adds the code samples of an operation. */
function sampled(
  operation: Operation,
  method: string,
  path: string,
  server: string,
  schemas: Readonly<Record<string, Schema>>,
): Operation {
  const { operationId: id = "", requestBody, security = [] } = operation;
  const content = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
  const parameters = (operation.parameters ?? []).flatMap((parameter) =>
    "name" in parameter && parameter.in === "path" ? [pathExample(parameter)] : [],
  );
  const body = exampleIn(content["application/json"]?.schema, schemas);
  const isSecured = security.length > 0;
  const samples = codeSamples({ id, method, path, parameters, body, isSecured }, server);
  return { ...operation, "x-codeSamples": samples };
}

function pathExample({ schema }: { readonly schema?: Schema }): string {
  return typeof schema?.example === "string" ? schema.example : "…";
}

interface Described {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<
    Record<string, { readonly schema?: object; readonly examples?: object }>
  >;
}

type Responses = Readonly<Record<string, Described>>;

function mapped(
  responses: Responses,
  change: (response: Described, status: string) => Described,
): Responses {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [status, change(response, status)]),
  );
}

function withHeaders(response: Described, status: string): Described {
  const ofStatus = OF_STATUS[status];
  const names: HeaderName[] = ["X-Request-Id", ...(ofStatus === undefined ? [] : [ofStatus])];
  // The response to an upgrade has the headers of its protocol only.
  return status === "101"
    ? response
    : { ...response, headers: { ...headersOf(names), ...response.headers } };
}

const KEY_PARAMETER = {
  name: "idempotency-key",
  in: "header",
  required: false,
  schema: { type: "string" },
  description: IDEMPOTENCY_KEY,
} as const;

/** Adds the responses and headers of `idempotent` to those of a route. */
function withIdempotency(responses: Responses): Responses {
  const replayable = mapped(responses, (response, status) =>
    status.startsWith("2")
      ? { ...response, headers: { ...headersOf(["Idempotent-Replayed"]), ...response.headers } }
      : response,
  );
  const codes = ["idempotency_in_progress", "idempotency_key_reused"] as const;
  const added = codes.map((code) => {
    const status = String(PROBLEMS[code][0]);
    const { description = "", content, ...rest } = responses[status] ?? {};
    const refused = refusal(code, content?.[PROBLEM_TYPE]?.examples);
    const described = `${description} ${refused.description}`.trim();
    const headers = code === "idempotency_in_progress" ? headersOf(["Retry-After"]) : {};
    return [status, { ...rest, ...refused, description: described, headers }] as const;
  });
  return { ...replayable, ...Object.fromEntries(added) };
}

function refusal(code: ProblemCode, others: object = {}): Described {
  return {
    description: describeCode(code),
    content: {
      [PROBLEM_TYPE]: {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: { ...others, ...examplesOf([code]) },
      },
    },
  };
}

function exampleNamed(name: string, examples: Examples): { example?: unknown } {
  return name in examples ? { example: examples[name] } : {};
}

function exampleOf(code: ProblemCode, server: string) {
  const [, title] = PROBLEMS[code];
  const problem = new Problem(code, `${title}.`);
  return {
    summary: title,
    value: problemDocument(problem, {
      requestId: "req_0f8fad5b-d9cb-469f-a165-70867728950e",
      errorsUrl: `${server}${ERRORS_PATH}`,
    }),
  };
}
