/** Which origins and hosts may call the MCP endpoint, and that no mount for tests is deployed. */
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { checkSource } from "../../src/api/mcp/guard.ts";
import { configOf } from "../../src/env/config.ts";

function verdict(url: string, origin: string | null, env: object): string {
  const headers = origin === null ? {} : { Origin: origin };
  try {
    checkSource(new Request(url, { method: "POST", headers }), configOf(env));
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const LOCAL = { OPSPAWN_HOSTS: "127.0.0.1:8787, LocalHost:8787,[::1]:8787" };
const NAMED = { OPSPAWN_HOSTS: "opspawn.example" };
const PAGES = { OPSPAWN_CORS_ORIGINS: "https://app.example" };

test.each([
  ["http://127.0.0.1:8787/mcp", null, LOCAL, "ok"],
  ["http://localhost:8787/mcp", "http://localhost:8787", LOCAL, "ok"],
  ["http://[::1]:8787/mcp", null, LOCAL, "ok"],
  ["http://localhost:8788/mcp", null, LOCAL, "foreign_host"],
  ["http://localhost/mcp", null, LOCAL, "foreign_host"],
  ["http://evil.example:8787/mcp", "http://evil.example:8787", LOCAL, "foreign_host"],
  ["http://localhost:8787/mcp", "http://127.0.0.1:8787", LOCAL, "foreign_origin"],
  ["https://opspawn.example/mcp", null, NAMED, "ok"],
  ["https://opspawn.example:444/mcp", null, NAMED, "ok"],
  ["https://opspawn.example/mcp", null, { OPSPAWN_HOSTS: "opspawn.example:443" }, "ok"],
  ["http://opspawn.example/mcp", null, { OPSPAWN_HOSTS: "opspawn.example:443" }, "foreign_host"],
  ["https://evil.opspawn.example/mcp", null, NAMED, "foreign_host"],
  ["https://any.example/mcp", null, {}, "ok"],
  ["https://any.example/mcp", "https://any.example", {}, "ok"],
  ["https://any.example/mcp", "http://any.example", {}, "foreign_origin"],
  ["https://any.example/mcp", "null", {}, "foreign_origin"],
  ["https://any.example/mcp", "https://app.example", PAGES, "ok"],
  ["https://any.example/mcp", "https://app.example.evil.example", PAGES, "foreign_origin"],
])("a call to %s from %s with %j is %s", (url, origin, env, expected) => {
  expect(verdict(url, origin, env)).toBe(expected);
});

test("the service has nothing at the address that tests mount the conformance suite's fixtures at", async () => {
  const env = {} as unknown as Env;
  const observer = { count() {}, fault() {} };
  const app = createApp(() => apiDeps(env, observer));
  for (const method of ["POST", "GET", "DELETE"]) {
    const response = await app.request("/test/mcp", { method }, env);
    expect(response.status).toBe(404);
  }
});
