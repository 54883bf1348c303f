/**
 * A database that has too much to do: every operation says so, and when to come back. The document's
 * own examples are what is asked.
 */
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { SCOPES } from "../../src/store/keys.ts";
import { exampleOf, needsKey, routesOf, writtenDocument } from "../openapi-document.ts";

const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
const document = writtenDocument();
/** Answers of another protocol, or with a problem for each task. */
const ELSEWHERE = new Set(["mcp", "submitBatch"]);
const routes = routesOf(document).filter(
  (route) => needsKey(route) && !ELSEWHERE.has(route.operation.operationId),
);
const CALLER = {
  key_id: "key_1",
  tenant_id: "test",
  scopes: SCOPES.join(" "),
};

const fail = () => Promise.reject(new Error(OVERLOADED));

/** Knows one key, or not even that. */
function databaseThat(knowsKeys: boolean): object {
  const prepare = (sql: string) => {
    const isKey = knowsKeys && /k\.hash = \?/.test(sql);
    const found = isKey ? () => Promise.resolve(CALLER) : fail;
    const statement: object = {
      bind: () => statement,
      first: found,
      all: fail,
      run: fail,
      raw: fail,
    };
    return statement;
  };
  return { prepare, batch: fail };
}

const busyObjects = {
  idFromName: () => ({}),
  get: () =>
    new Proxy(
      {},
      {
        get: () => () =>
          Promise.reject(
            Object.assign(new Error("Durable Object is overloaded."), { overloaded: true }),
          ),
      },
    ),
};

test.each([
  ["before the key is known", false],
  ["after", true],
])("every operation is unavailable for a moment, %s", async (_when, knowsKeys) => {
  const env = {
    DB: databaseThat(knowsKeys),
    RUNS: busyObjects,
    LEDGERS: busyObjects,
    FEEDS: busyObjects,
    TIMETABLES: busyObjects,
    MEMORIES: busyObjects,
    FILES: busyObjects,
    OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
  };
  const observer = { count() {}, fault() {} };
  const app = createApp(() => apiDeps(env as unknown as Env, observer));
  let asked = 0;
  for (const { method, path, operation } of routes) {
    const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
    const isJson = type === "application/json";
    const response = await app.request(addressOf(path), {
      method,
      headers: {
        Authorization: `Bearer opsk_${hash("sha1", String(knowsKeys))}`,
        ...(type === undefined ? {} : { "Content-Type": type }),
      },
      ...(media === undefined
        ? {}
        : {
            body: isJson
              ? JSON.stringify(exampleOf(document, media))
              : String(exampleOf(document, media)),
          }),
    });
    const text = await response.text();
    // Each task of a batch has its own outcome; nothing of it is stored here.
    const isBatch = knowsKeys && path === "/api/v1/tasks/batch";
    // A preview needs nothing but the key.
    const isPreview = knowsKeys && path === "/api/v1/schedules/preview";
    const isAnswered = isBatch || isPreview;
    const answer = `${response.status} ${response.headers.has("Retry-After") || isAnswered}`;
    expect(answer, `${method} ${path}: ${text}`).toBe(`${isAnswered ? 200 : 503} true`);
    expect(text).toContain(isPreview ? '"next_cursor":null' : '"code":"unavailable"');
    expect(text).not.toMatch(/D1|queued/);
    asked += 1;
  }
  expect(asked).toBeGreaterThan(25);
});

/** The address of something that may well be there. */
function addressOf(path: string): string {
  const parameters = routesOf(document)
    .filter((route) => route.path === path)
    .flatMap(({ operation }) => operation.parameters ?? [])
    .filter((one) => one.in === "path");
  return parameters.reduce((address, { name, schema }) => {
    const example = "example" in schema ? String(schema["example"]) : "a".repeat(64);
    return address.replace(`{${name}}`, example);
  }, path);
}
