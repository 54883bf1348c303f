/**
 * Holds every answer that a test gets against the OpenAPI document: status, media type, headers, the
 * schema of the body, and the code of a refusal. What the document does not say is a failure of the
 * test that got it.
 */
import {
  routesOf,
  validators,
  writtenDocument,
  type Answer,
  type OpenApiDocument,
  type Route,
} from "./openapi-document.ts";

/** What every answer carries, whatever it says. */
const SECURITY_HEADERS = [
  "X-Content-Type-Options",
  "Referrer-Policy",
  "X-Frame-Options",
  "Strict-Transport-Security",
  "Cache-Control",
  "Content-Security-Policy",
];

/**
 * What is served and not described: pages for people, and mounts that only tests have. gRPC has its
 * own description.
 */
const UNDESCRIBED = new Set(["/", "/docs", "/docs/", "/openapi.json", "/test/mcp"]);

/** What was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
}

/** The route of a document that a request is for, or null. */
function routeFinder(document: OpenApiDocument): (path: string) => readonly Route[] {
  const routes = routesOf(document).map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    // A name in the path wins over a parameter in its place.
    parameters: route.path.split("{").length,
  }));
  return (path) => {
    const fitting = routes.filter(({ pattern }) => pattern.test(path));
    const fewest = Math.min(...fitting.map(({ parameters }) => parameters));
    return fitting.filter(({ parameters }) => parameters === fewest).map(({ route }) => route);
  };
}

/** Returns what an answer breaks, in words; nothing where it is as documented. */
type ContractCheck = (asked: Asked, response: Response) => Promise<string[]>;

let made: ContractCheck | null = null;

/** Returns the check of answers against the document in the repository; one for all of a process. */
export function contractCheck(): ContractCheck {
  made ??= newCheck();
  return made;
}

function newCheck(): ContractCheck {
  const document = writtenDocument();
  const find = routeFinder(document);
  const validator = validators(document, { closed: true });
  const headerNames = Object.keys(document.components.headers);

  return async ({ method, url }, response) => {
    const { pathname } = new URL(url);
    const { status, headers } = response;
    const broken = SECURITY_HEADERS.filter((name) => !headers.has(name)).map(
      (name) => `has no ${name}`,
    );
    if (UNDESCRIBED.has(pathname) || pathname.startsWith("/opspawn.v1.")) {
      return broken;
    }
    const routes = find(pathname);
    const wanted = method === "HEAD" ? "GET" : method;
    const route = routes.find((one) => one.method === wanted);
    if (route === undefined) {
      const expected = routes.length === 0 ? 404 : method === "OPTIONS" ? 204 : 405;
      const early = status === 413 && routes.length > 0;
      return status === expected || early
        ? broken
        : [...broken, `is ${status} where only ${expected} can be`];
    }
    const answer = route.operation.responses[status];
    if (answer === undefined) {
      return [...broken, `is ${status}, which is not documented`];
    }
    broken.push(...headerDefects(answer, headers, headerNames, document));
    const type = headers.get("Content-Type")?.split(";")[0] ?? null;
    const media = type === null ? undefined : answer.content?.[type];
    if (method === "HEAD" || status === 304) {
      return broken;
    }
    if (answer.content === undefined) {
      return type === null ? broken : [...broken, `is ${type} where no body is documented`];
    }
    if (media === undefined) {
      return [...broken, `is ${type}, which is not documented for ${status}`];
    }
    if (!/[/+]json$/.test(type ?? "")) {
      return broken;
    }
    const body = await jsonOf(response);
    if (body === undefined) {
      return broken;
    }
    const validate = validator(media.schema ?? {});
    if (!validate(body)) {
      const first = validate.errors
        ?.slice(0, 5)
        .map(
          ({ instancePath, message, params }) =>
            `${instancePath} ${message} ${JSON.stringify(params)}`,
        );
      broken.push(`does not fit its schema: ${first?.join("; ")}`);
    }
    const { code } = body as { code?: unknown };
    if (media.examples !== undefined && !(String(code) in media.examples)) {
      broken.push(`has the code ${String(code)}, which is not documented for ${status}`);
    }
    return broken;
  };
}

function headerDefects(
  answer: Answer,
  headers: Headers,
  known: readonly string[],
  document: OpenApiDocument,
): string[] {
  const documented = answer.headers ?? {};
  const missing = Object.keys(documented).filter(
    (name) => document.components.headers[name]?.required === true && !headers.has(name),
  );
  const extra = known.filter((name) => headers.has(name) && !(name in documented));
  return [
    ...missing.map((name) => `lacks the header ${name}`),
    ...extra.map((name) => `has the header ${name}, which is not documented`),
  ];
}

/** The body of a copy; undefined where the connection broke, which the test itself will meet. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response
    .clone()
    .text()
    .catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
