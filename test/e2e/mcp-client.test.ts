/** The service as an MCP client, judged by the official suite: its servers are used by real runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { counted, EXPECTED_FAILURES, REVISION, run } from "../conformance/suite.ts";
import { Service } from "../service.ts";

/** Of the suite's scenarios, those that the revision does not ask for and that are not built. */
const NOT_BUILT = new Set([
  "client-credentials-jwt",
  "enterprise-managed-authorization",
  "dpop",
  "dpop-nonce",
  "wif-jwt-bearer",
]);

let service: Service;
const output = mkdtempSync(join(tmpdir(), "opspawn-mcp-client-"));

beforeAll(async () => {
  service = await Service.start({
    vars: {
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: "localhost:*,127.0.0.1:*",
      OPSPAWN_ENCRYPTION_KEY: "c0".repeat(32),
      OPSPAWN_TOOL_SECRETS: JSON.stringify({
        PRE_REGISTRATION: "pre-registered-secret",
        CLIENT_CREDENTIALS_BASIC: "conformance-test-secret",
      }),
    },
  });
});

afterAll(async () => {
  await service.stop();
  rmSync(output, { recursive: true, force: true });
});

test("the suite passes whole, by runs whose model calls the suite's tools", async () => {
  const { code, text } = await run(
    "conformance",
    [
      "client",
      "--command",
      `${process.execPath} test/conformance/client.ts`,
      "--requirements",
      REVISION,
      "--expected-failures",
      EXPECTED_FAILURES,
      // All scenarios run side by side: on a busy machine one takes longer than the suite's 30 s.
      "--timeout",
      "100000",
      "-o",
      output,
    ],
    { OPSPAWN_URL: service.url, OPSPAWN_KEY: service.key },
  );
  expect(code, text).toBe(0);
  const asked = counted(output, (scenario) => !NOT_BUILT.has(scenario));
  process.stdout.write(
    `${REVISION} as client: ${asked.scenarios} scenarios, ${asked.passed} checks passed\n`,
  );
  // The eighteen that the revision asks for, and two that it does not.
  expect(asked.scenarios).toBe(20);
  expect(asked.passed).toBeGreaterThanOrEqual(300);
  expect(asked.failed).toBe(0);
});
