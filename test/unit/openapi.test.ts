/** The OpenAPI document: made from the schemas that validate, complete, and readable as a page. */
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { PROBLEMS } from "../../src/api/problem.ts";
import { apiDeps } from "../../src/api/context.ts";
import { buildCatalogue, buildMcp } from "../../src/deps.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: unknown;
  readonly responses: Record<string, { readonly description: string; readonly content?: object }>;
}

const env = {} as Env;
const faults: unknown[] = [];
const observer = { count() {}, fault: (_name: string, error: unknown) => faults.push(error) };
const app = createApp(() => apiDeps(env, buildCatalogue, observer, buildMcp));

async function documentOf(): Promise<Document> {
  const response = await app.request("/openapi.json", {}, env);
  expect(faults).toEqual([]);
  return response.json<Document>();
}

test("every route of the app is in the document, and nothing else", async () => {
  const { paths } = await documentOf();
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = app.routes
    .filter((route) => route.method !== "ALL")
    .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`)
    .filter((route) => !["GET /", "GET /openapi.json", "GET /docs"].includes(route));
  expect(documented.toSorted()).toEqual([...new Set(served)].toSorted());
});

test("every operation says what it is, who may call it, and how it may be refused", async () => {
  const { paths } = await documentOf();
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, operation })),
  );
  for (const { path, operation } of operations) {
    expect(operation.operationId, path).toMatch(/^[a-z]\w+$/);
    expect(operation.summary, path).not.toBe("");
  }
  for (const { path, operation } of operations.filter((one) => isKeyed(one.path))) {
    expect(operation.security, path).toBeDefined();
    expect(Object.keys(operation.responses), path).toEqual(
      expect.arrayContaining(["401", "403", "405", "500", "503"]),
    );
  }
});

/** A browser that comes back from an authorization server has no key. */
function isKeyed(path: string): boolean {
  return path.startsWith("/api/") && path !== "/api/v1/mcp/oauth/callback";
}

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
});

test("the page needs nothing but itself", async () => {
  const response = await app.request("/docs", {}, env);
  const page = await response.text();
  expect(page).toContain("POST</span> <code>/api/v1/tasks</code>");
  expect(page).not.toMatch(/<script|<link|src=|@import|url\(/);
  expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
});
