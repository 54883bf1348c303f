/** The OpenAPI document: made from the schemas that validate, complete, and readable as a page. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { PROBLEMS } from "../../src/api/http/problem.ts";
import { apiDeps } from "../../src/compose/api.ts";
import {
  exampleOf,
  needsKey,
  resolved,
  routesOf,
  scopeOf,
  validators,
  type OpenApiDocument,
} from "../openapi-document.ts";

const env = {} as Env;
const faults: unknown[] = [];
const observer = { count() {}, fault: (_name: string, error: unknown) => faults.push(error) };
const app = createApp(() => apiDeps(env, observer));

async function documentOf(): Promise<OpenApiDocument> {
  const response = await app.request("/openapi.json", {}, env);
  expect(faults).toEqual([]);
  return response.json<OpenApiDocument>();
}

test("the type of each problem opens a page that explains its code, without a key", async () => {
  const text = await (await app.request("/docs/errors", {}, env)).text();
  for (const [code, [status, title]] of Object.entries(PROBLEMS)) {
    expect(text).toContain(`<section id="${code}">`);
    expect(text).toContain(`${status} · ${title.replaceAll("'", "&#39;")}`);
  }
  expect(text).toContain('<a href="/docs#replaceAgent">replaceAgent</a>');
  const own = { ...env, OPSPAWN_ERRORS_URL: "https://docs.example/errors" };
  const elsewhere = createApp(() => apiDeps(own, observer));
  const refusals = [await app.request("/nowhere", {}, env), await elsewhere.request("/nowhere")];
  const types = await Promise.all(
    refusals.map(async (refusal) => (await refusal.json<{ type: string }>()).type),
  );
  expect(types).toEqual([
    "http://localhost/docs/errors#not_found",
    "https://docs.example/errors#not_found",
  ]);
});

test("every route of the app is in the document, and nothing else", async () => {
  const { paths } = await documentOf();
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = app.routes
    .filter((route) => route.method !== "ALL")
    .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`)
    .filter(
      (route) =>
        ![
          "GET /",
          "GET /openapi.json",
          "GET /docs",
          "GET /docs/",
          "GET /docs/errors",
          "GET /console/*",
        ].includes(route),
    );
  expect(documented.toSorted()).toEqual([...new Set(served)].toSorted());
});

test("every operation says what it is, who may call it, and how it may be refused", async () => {
  const routes = routesOf(await documentOf());
  const ids = routes.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const route of routes) {
    const { path, operation } = route;
    expect(operation.operationId, path).toMatch(/^[a-z]\w+$/);
    expect(operation.summary, path).not.toBe("");
    expect(operation.tags, path).toHaveLength(1);
    expect(operation.security, path).toBeDefined();
    const always = ["405", "413", "500", "503", ...(needsKey(route) ? ["401", "403"] : [])];
    const statuses = Object.keys(operation.responses);
    expect(statuses, path).toEqual(expect.arrayContaining(always));
    expect(statuses.filter((status) => /^[23]|101/.test(status)).length, path).toBeGreaterThan(0);
  }
});

test("an operation that takes headers or a query says how bad ones are refused", async () => {
  const silent = routesOf(await documentOf()).filter(
    ({ operation: { parameters = [], responses } }) =>
      parameters.some((one) => one.in !== "path") && !("400" in responses || "422" in responses),
  );
  expect(silent.map(({ operation }) => operation.operationId)).toEqual([]);
});

test("every operation under /api needs a key with a scope, but for a key's own and where browsers come back to", async () => {
  const open = routesOf(await documentOf()).filter((route) => scopeOf(route) === null);
  expect(open.map(({ operation }) => operation.operationId)).toEqual([
    "finishMcpAuthorization",
    "callHook",
    "getOwnKey",
    "mcp",
    "getHealth",
  ]);
});

test("every body and every answer of JSON has an example, which its schema accepts", async () => {
  const document = await documentOf();
  const validator = validators(document, { closed: false });
  const bodies = routesOf(document).flatMap(({ operation }) =>
    [operation.requestBody, ...Object.values(operation.responses)].flatMap((one) => {
      const media = one?.content?.["application/json"];
      return media === undefined ? [] : [{ name: operation.operationId, media }];
    }),
  );
  expect(bodies.length).toBeGreaterThan(40);
  for (const { name, media } of bodies) {
    const example = exampleOf(document, media);
    expect(example, `${name} lacks an example beside its schema`).toBeDefined();
    const validate = validator(media.schema ?? {});
    expect(validate(example) ? [] : validate.errors, name).toEqual([]);
  }
});

test("every answer names its headers, and every refusal shows each of its codes", async () => {
  const document = await documentOf();
  const validate = validators(document, { closed: false })({
    $ref: "#/components/schemas/Problem",
  });
  for (const { value } of Object.values(document.components.examples)) {
    expect(validate(value) ? [] : validate.errors).toEqual([]);
  }
  const answers = routesOf(document).flatMap(({ path, operation }) =>
    Object.entries(operation.responses).map(([status, answer]) => ({
      name: `${path} ${status}`,
      status,
      answer,
    })),
  );
  for (const { name, answer } of answers.filter(({ status }) => status !== "101")) {
    expect(Object.keys(answer.headers ?? {}), name).toContain("X-Request-Id");
  }
  for (const { name, answer } of answers) {
    const { content = {}, description } = answer;
    const { examples = {} } = content["application/problem+json"] ?? {};
    const codes = [...description.matchAll(/`(\w+)`:/g)].map((match) => match[1]);
    expect(Object.keys(examples), name).toEqual(codes);
  }
});

test("every refusal that exists is documented at some route", async () => {
  const text = JSON.stringify(await documentOf());
  const codes = Object.keys(PROBLEMS).filter((code) => !text.includes(`\`${code}\``));
  expect(codes).toEqual([]);
});

test("every reference in the document leads somewhere", async () => {
  const document = await documentOf();
  const names = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    (m) => m[1],
  );
  expect(names.length).toBeGreaterThan(10);
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names));
  expect(resolved(document, { $ref: "#/components/schemas/Task" })["type"]).toBe("object");
});

test("the reference page shows everything, runs its own script only and loads nothing", async () => {
  const slash = await app.request("/docs/", {}, env);
  expect([slash.status, slash.headers.get("Location")]).toEqual([301, "/docs"]);
  const response = await app.request("/docs", {}, env);
  const page = await response.text();
  const document = await documentOf();
  const ids = [
    ...routesOf(document).map(({ operation }) => operation.operationId),
    ...Object.keys(document.components.schemas),
  ];
  for (const id of ids) {
    expect(page).toContain(`<section id="${id}">`);
    expect(page).toContain(`href="#${id}"`);
  }
  // A parameter with its place, bounds and text; a field with its default; a required one.
  expect(page).toMatch(/<code>limit<\/code>[^]{0,60}query: integer[^]{0,80}1 to 100/);
  expect(page).toMatch(/Default:\s*<code>agent_run<\/code>/);
  expect(page).toMatch(/<code>input_data<\/code> <b class="required">required<\/b>/);
  expect(page).not.toMatch(/src=|@import|url\(|\son\w+="/);
  expect(page.match(/href="(?![#/])[^"]*"/g)).toEqual(['href="data:,"']);
  const policy = response.headers.get("Content-Security-Policy") ?? "";
  expect(policy).not.toContain("unsafe");
  for (const [tag, directive] of [
    ["script", "script-src"],
    ["style", "style-src"],
  ]) {
    const [, text = ""] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
    const hash = createHash("sha256").update(text).digest("base64");
    expect(policy).toContain(`${directive} 'sha256-${hash}';`);
  }
  expect(page.match(/<script|<style/g)).toHaveLength(2);
});

interface Finding {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

test("a parameter or property without a description fails the API lint", async () => {
  // The function of Spectral's rule `every-field-described`.
  const file = new URL("../../.spectral/functions/described.js", import.meta.url).href;
  const { default: described } = (await import(file)) as {
    default: (document: object) => readonly Finding[];
  };
  const document = await documentOf();
  expect(described(document)).toEqual([]);
  const bare = { type: "object", properties: { inner: { type: "string" } } };
  const breached = {
    ...document,
    paths: {
      "/x": {
        get: {
          parameters: [{ name: "limit", in: "query", description: " ", schema: bare }],
          responses: { 200: { content: { "application/json": { schema: bare } } } },
        },
      },
    },
    components: {
      schemas: {
        Bare: bare,
        Refers: { properties: { a: { $ref: "#/components/schemas/Bare" } } },
        Deep: { oneOf: [{ items: bare }], example: bare },
      },
    },
  };
  expect(described(breached).map(({ path }) => path.join("/"))).toEqual([
    "paths//x/get/parameters/0",
    "paths//x/get/parameters/0/schema/properties/inner",
    "paths//x/get/responses/200/content/application/json/schema/properties/inner",
    "components/schemas/Bare/properties/inner",
    "components/schemas/Refers/properties/a",
    "components/schemas/Deep/oneOf/0/items/properties/inner",
  ]);
});
