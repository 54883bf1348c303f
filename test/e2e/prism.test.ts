/**
 * A second referee: every operation of the document is called through `prism proxy --errors`, which
 * answers in the service's stead where the request or the answer is not as the document says. Our own
 * check (`test/contract-check.ts`) sees far more answers; this one shares no code with it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleOf, needsKey, routesOf, writtenDocument, type Route } from "../openapi-document.ts";
import { PRISM, Prism } from "../prism.ts";
import { RESOURCE_VARS, Resources } from "../resources.ts";
import { Service } from "../service.ts";

const STRANGER = "opsk_of_another_tenant";
const document = writtenDocument();
/** A proxy that reads an answer whole cannot pass on a stream, which is all that /mcp answers with. */
const routes = routesOf(document).filter(({ path }) => path !== "/mcp");

let service: Service;
let prism: Prism;
let resources: Resources;

beforeAll(async () => {
  const scopes =
    "tasks:read tasks:write tools:write agents:write schedules:write memory:read memory:write admin platform";
  service = await Service.start({
    vars: RESOURCE_VARS,
    keys: [
      { key: STRANGER, tenant: "other", scopes },
      { key: "opsk_without_scopes", tenant: "test", scopes: "" },
    ],
  });
  prism = await Prism.start(service.url, "--errors");
  resources = new Resources(service);
  for (const route of routes) {
    await resources.address(route);
  }
});
afterAll(async () => {
  await prism[Symbol.asyncDispose]();
  await service.stop();
});

test("the referee objects to what the document does not say", async () => {
  const response = await fetch(`${prism.url}/api/v1/tasks`, {
    method: "POST",
    headers: { Authorization: `Bearer ${service.key}`, "Content-Type": "application/json" },
    body: "{}",
  });
  expect(await response.text()).toContain(PRISM);
});

test.for(routes.filter(needsKey))("$method $path: refusals are as documented", async (route) => {
  for (const [key, statuses] of [
    [STRANGER, [200, 201, 202, 204, 400, 404, 409]],
    ["opsk_without_scopes", [200, 400, 403]],
    ["opsk_nobody", [200, 400, 401]],
  ] as const) {
    const { status, text } = await judged(route, key);
    expect(statuses, text).toContain(status);
  }
});

// What deletes comes last: the others need what it takes away.
test.for([...routes.filter(isKept), ...routes.filter((route) => !isKept(route))])(
  "$method $path: what its owner is answered is as documented",
  async (route) => {
    const { status, text } = await judged(route, service.key);
    expect(status, text).toBeLessThan(500);
  },
);

function isKept({ method, path }: Route): boolean {
  return method !== "DELETE" && !path.endsWith("/cancel");
}

async function judged(route: Route, key: string): Promise<{ status: number; text: string }> {
  const [type, media] = Object.entries(route.operation.requestBody?.content ?? {})[0] ?? [];
  const example = media === undefined ? undefined : exampleOf(document, media);
  const response = await fetch(`${prism.url}${await resources.address(route)}`, {
    method: route.method,
    headers: {
      Authorization: `Bearer ${key}`,
      Accept: "application/json, text/html",
      ...(type === undefined ? {} : { "Content-Type": type }),
    },
    ...(example === undefined
      ? {}
      : { body: typeof example === "string" ? example : JSON.stringify(example) }),
  });
  const text = await response.text();
  expect(text).not.toContain(PRISM);
  return { status: response.status, text };
}
