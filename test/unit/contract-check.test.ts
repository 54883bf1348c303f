/** The check that every black-box test goes through: it must object where there is reason to. */
import { expect, test } from "vitest";
import { contractCheck } from "../contract-check.ts";
import { exampleOf, routesOf, writtenDocument } from "../openapi-document.ts";

const check = contractCheck();
const URL_OF_TASKS = "http://127.0.0.1/api/v1/tasks";
const document = writtenDocument();
const media = routesOf(document).find(({ operation }) => operation.operationId === "listTasks")
  ?.operation.responses["200"]?.content?.["application/json"];
const page = exampleOf(document, media ?? {}) as { data: object[] };

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "Strict-Transport-Security": "max-age=1",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'",
  "X-Request-Id": "req_1",
  "Content-Type": "application/json",
};

function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...HEADERS, ...headers } });
}

test("an answer as the document has it is let through", async () => {
  expect(await check({ method: "GET", url: URL_OF_TASKS }, answer(page))).toEqual([]);
});

test.each([
  ["a field that is not described", answer({ ...page, extra: 1 }), "does not fit"],
  ["one deep inside", answer({ ...page, data: [{ ...page.data[0], x: 1 }] }), "does not fit"],
  ["a field that is missing", answer({ data: [] }), "does not fit"],
  ["a field of another type", answer({ ...page, total: "1" }), "does not fit"],
  ["a status that is not described", answer(page, 206), "not documented"],
  ["a header that is not described", answer(page, 200, { ETag: '"1"' }), "ETag"],
  ["another media type", answer(page, 200, { "Content-Type": "text/html" }), "text/html"],
  ["no request id", withoutHeader("X-Request-Id"), "X-Request-Id"],
  ["no security header", withoutHeader("Referrer-Policy"), "Referrer-Policy"],
  ["a code that the route does not have", refusal("task_over"), "task_over"],
  ["a refusal without its header", refusal("unauthorized", 401), "WWW-Authenticate"],
])("%s is not", async (_what, response, why) => {
  const broken = await check({ method: "GET", url: URL_OF_TASKS }, response);
  expect(broken.join()).toContain(why);
});

test("a method or an address that is not described has one answer only", async () => {
  const wrong = await check({ method: "DELETE", url: URL_OF_TASKS }, answer(page));
  expect(wrong).toEqual(["is 200 where only 405 can be"]);
  const nowhere = await check({ method: "GET", url: "http://127.0.0.1/nothing" }, answer(page));
  expect(nowhere).toEqual(["is 200 where only 404 can be"]);
});

function withoutHeader(name: string): Response {
  const response = answer(page);
  response.headers.delete(name);
  return response;
}

function refusal(code: string, status = 422): Response {
  const example = document.components.examples[code]?.value as object;
  return answer({ ...example }, status, { "Content-Type": "application/problem+json" });
}
