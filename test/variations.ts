/**
 * `npm run test:variations`: what Portman makes of the OpenAPI document, sent by Newman to a service of
 * its own. Each operation is called with what the document says, without a key, and once for each
 * bound and each required field of its body, query and headers, with that one broken. Every answer must
 * be documented, and what was broken must be refused. A variation of a field that the document's
 * example does not have sends the example as it is; the fuzz (`test/e2e/fuzz.test.ts`) reaches those.
 *
 * Both tools come from the registry as they are asked for: they are three hundred packages that
 * nothing else here needs.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { contractCheck } from "./contract-check.ts";
import { needsKey, routesOf, writtenDocument, type Route } from "./openapi-document.ts";
import { RESOURCE_VARS, Resources } from "./resources.ts";
import { Service } from "./service.ts";

const DOCUMENT = resolve(import.meta.dirname, "../docs/openapi.json");
const PACKAGES = ["@apideck/portman@1.33.0", "newman@6.2.2", "tslib@2.8.1"];
const NO_KEY = "[unauthorized]";
const BROKEN = "[fuzz]";

/** What Portman's own test of the right request cannot be right about, and why. */
const NOT_BY_PORTMAN: Readonly<Record<string, string>> = {
  mcp: "wants both media types in Accept; Portman sends the first",
  finishMcpAuthorization: "takes what an authorization server was sent before",
  callHook: "takes a signature of the body",
  authorizeMcpServer: "needs a server that asks for authorization",
};

const ENABLED = { enabled: true };
const FUZZ = {
  requiredFields: ENABLED,
  minimumNumberFields: ENABLED,
  maximumNumberFields: ENABLED,
  minLengthFields: ENABLED,
  maxLengthFields: ENABLED,
};
const TESTS = {
  contractTests: [
    {
      openApiOperation: "*::/*",
      statusSuccess: ENABLED,
      contentType: ENABLED,
      jsonBody: ENABLED,
      schemaValidation: ENABLED,
      headersPresent: ENABLED,
    },
  ],
  variationTests: [
    {
      openApiOperation: "*::/*",
      variations: [
        {
          name: NO_KEY.slice(1, -1),
          overwrites: [{ overwriteRequestSecurity: { bearer: { token: "opsk_nobody" } } }],
          tests: {},
        },
        {
          name: BROKEN.slice(1, -1),
          fuzzing: [{ requestBody: [FUZZ], requestQueryParams: [FUZZ], requestHeaders: [FUZZ] }],
          tests: {},
        },
      ],
    },
  ],
};

/** A request of a Postman collection, format 2.1, as far as it is read here. */
interface Item {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly url: {
      readonly path: readonly string[];
      readonly query?: readonly { readonly disabled?: boolean }[];
    };
    readonly header?: readonly { readonly disabled?: boolean }[];
    readonly body?: { readonly raw?: string };
  };
}

interface Folder {
  readonly item: readonly (Item | Folder)[];
}

interface Execution {
  readonly item: Item;
  readonly request: { readonly method: string; readonly url: { readonly path: string[] } };
  readonly response?: {
    readonly code: number;
    readonly header: readonly { readonly key: string; readonly value: string }[];
    readonly stream?: { readonly data: readonly number[] };
  };
  readonly requestError?: { readonly message: string };
  readonly assertions?: readonly {
    readonly assertion: string;
    readonly error?: { readonly message: string };
  }[];
}

const check = contractCheck();
const routes = routesOf(writtenDocument());
const folder = mkdtempSync(join(tmpdir(), "opspawn-variations-"));
try {
  const broken = await run();
  process.stdout.write(`${broken.map((one) => `  ${one}\n`).join("")}${broken.length} failed\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Sends all requests to a new service, and says what was wrong with the answers. */
async function run(): Promise<string[]> {
  const service = await Service.start({ vars: RESOURCE_VARS });
  try {
    const items = await generated(service);
    const collection = write("collection", {
      info: {
        name: "opspawn",
        schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
      },
      item: items,
    });
    const executions = sent(collection, service);
    const rights = new Map(items.filter(isRight).map((item) => [item.name, item]));
    const broken: string[] = [];
    const statuses = new Map<number, number>();
    let changed = 0;
    for (const execution of executions) {
      const { item, response } = execution;
      if (response === undefined) {
        broken.push(`${item.name}: ${execution.requestError?.message ?? "no answer"}`);
        continue;
      }
      statuses.set(response.code, (statuses.get(response.code) ?? 0) + 1);
      broken.push(...(await defects(execution, service.url)));
      const right = rights.get(item.name.split("[")[0] ?? "");
      if (item.name.includes(BROKEN) && isOther(item, right)) {
        changed += 1;
        if (response.code < 400) {
          broken.push(`${item.name}: is taken, with ${response.code}`);
        }
      }
      const route = routeOf(item);
      const isSecret = route !== undefined && needsKey(route);
      if (item.name.includes(NO_KEY) && isSecret && response.code !== 401) {
        broken.push(`${item.name}: is ${response.code}`);
      }
    }
    const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([s, n]) => `${s}: ${n}`);
    process.stdout.write(
      `${executions.length} requests, ${changed} of them broken: ${counts.join(", ")}\n`,
    );
    // Tools that made or sent nothing would have nothing to object to.
    if (executions.length < items.length || changed < routes.length) {
      broken.push(`of ${items.length} requests too few were sent, or too few were broken`);
    }
    return broken;
  } finally {
    await service.stop();
  }
}

/** What Portman makes of the document, with addresses of things that there are. */
async function generated(service: Service): Promise<Item[]> {
  const resources = new Resources(service);
  const overwrites = [];
  for (const { method, path } of routes) {
    const given = (await resources.address({ path })).split("/");
    const names = path.split("/").map((part) => /^\{(\w+)\}$/.exec(part)?.[1]);
    const overwriteRequestPathVariables = names.flatMap((key, i) =>
      key === undefined
        ? []
        : [{ key, value: decodeURIComponent(given[i] ?? ""), overwrite: true }],
    );
    if (overwriteRequestPathVariables.length > 0) {
      overwrites.push({ openApiOperation: `${method}::${path}`, overwriteRequestPathVariables });
    }
  }
  const config = write("portman-config", {
    version: 1,
    globals: { stripResponseExamples: true },
    tests: TESTS,
    overwrites,
  });
  const output = join(folder, "generated.json");
  tool("portman", output, [
    "--local",
    DOCUMENT,
    "--baseUrl",
    service.url,
    "--portmanConfigFile",
    config,
    "--output",
    output,
  ]);
  const items = [...flat(JSON.parse(readFileSync(output, "utf8")) as Folder)];
  return items.toSorted((a, b) => turnOf(a) - turnOf(b));
}

/** Sends them one after the other. */
function sent(collection: string, service: Service): readonly Execution[] {
  const report = join(folder, "report.json");
  tool("newman", report, [
    "run",
    collection,
    "--reporters=json",
    `--reporter-json-export=${report}`,
    `--env-var=bearerToken=${service.key}`,
    `--env-var=baseUrl=${service.url}`,
    "--timeout-request=10000",
  ]);
  const { run: ran } = JSON.parse(readFileSync(report, "utf8")) as {
    run: { executions: Execution[] };
  };
  return ran.executions;
}

/** What an answer breaks of the document, and of Portman's own tests of the right requests. */
async function defects({ item, request, response, assertions }: Execution, url: string) {
  const { code = 0, header = [], stream } = response ?? {};
  const body = Buffer.from(stream?.data ?? []);
  const headers = new Headers(header.map(({ key, value }): [string, string] => [key, value]));
  const answer = new Response([204, 304].includes(code) ? null : body, { status: code, headers });
  const asked = { method: request.method, url: `${url}/${request.url.path.join("/")}` };
  const found = await check(asked, answer);
  const route = isRight(item) ? routeOf(item) : undefined;
  const isJudged = route !== undefined && !(route.operation.operationId in NOT_BY_PORTMAN);
  const failed = isJudged
    ? (assertions ?? []).flatMap(({ assertion, error }) =>
        error === undefined ? [] : [`${assertion}: ${error.message}`],
      )
    : [];
  return [...found, ...failed].map((one) => `${item.name} (${code}): ${one}`);
}

/** Runs one of the tools, which writes a file; how it ends says only that some test failed. */
function tool(name: string, file: string, args: readonly string[]): void {
  const packages = PACKAGES.map((one) => `--package=${one}`);
  rmSync(file, { force: true });
  const { stdout, stderr } = spawnSync("npx", ["--yes", ...packages, name, ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!existsSync(file)) {
    throw new Error(`${name} wrote nothing:\n${stdout}\n${stderr}`);
  }
}

function write(name: string, content: unknown): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function* flat(one: Item | Folder): Generator<Item> {
  if (!("item" in one)) {
    yield one;
    return;
  }
  for (const inner of one.item) {
    yield* flat(inner);
  }
}

function isRight({ name }: Item): boolean {
  return !name.includes("[");
}

/** When a request is sent: what takes away what others need comes after them. */
function turnOf({ name, request }: Item): number {
  const turns = [/^Approve/, /^Cancel/, /^Retry a task/];
  const turn = turns.findIndex((one) => one.test(name)) + 1;
  // Of what is deleted, that which is within another first.
  return request.method === "DELETE" ? 100 - request.url.path.length : turn;
}

function isOther({ request }: Item, right: Item | undefined): boolean {
  const parts = ({ request: { url, header, body } }: Pick<Item, "request">) =>
    JSON.stringify([
      (url.query ?? []).filter(({ disabled }) => disabled !== true),
      (header ?? []).filter(({ disabled }) => disabled !== true),
      // Portman writes it in another way where it changes nothing.
      body?.raw === undefined ? null : JSON.parse(body.raw),
    ]);
  return right !== undefined && parts({ request }) !== parts(right);
}

/** The operation that a request is made of. */
function routeOf({ name }: Item): Route | undefined {
  return routes.find(({ operation }) => operation.summary === name.split("[")[0]);
}
