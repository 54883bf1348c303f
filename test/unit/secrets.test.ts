/** Secrets of tenants: who may use which, how long a value is used, and where it never appears. */
import { expect, test } from "vitest";
import { z } from "zod";
import { SecretLookups, type SecretHost } from "../../src/agent/tools/registered/secret-lookup.ts";
import { filledHeaders, fillerOf } from "../../src/agent/tools/registered/secrets.ts";
import { registeredTools } from "../../src/agent/tools/registered/registered-tools.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import { TenantSecrets } from "../../src/crypto/tenant-secrets.ts";
import { SECRET_REFERENCE } from "../../src/run/spec/header-defect.ts";
import type { HttpDefinition } from "../../src/run/spec/tool-definition.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import { Harness, specFor } from "../harness.ts";

const CANARY = 'canary "value" of one';
const TEN_SECONDS = 10_000;

/** Rows in memory, sealed by a real vault, and what was asked of them. */
class Rows {
  readonly vault = new TenantSecrets(new Uint8Array(32).fill(7));
  readonly faults: string[] = [];
  readonly uses: string[] = [];
  reads = 0;
  now = Date.parse("2026-11-30T23:59:00Z");
  broken = false;
  readonly #rows = new Map<string, { sealed: string; hosts: readonly string[] | null }>();

  async set(
    tenant: string,
    name: string,
    value: string,
    hosts: readonly string[] | null = null,
  ): Promise<void> {
    const sealed = await this.vault.seal(tenant, name, value);
    this.#rows.set(`${tenant}/${name}`, { sealed, hosts });
  }

  /** Copies a row to another place, as an attacker with access to the database could. */
  copy(from: string, to: string): void {
    const row = this.#rows.get(from);
    if (row !== undefined) {
      this.#rows.set(to, row);
    }
  }

  lookups(more: Partial<SecretHost> = {}): SecretLookups {
    return new SecretLookups({
      rows: {
        get: async (tenant, name) => {
          this.reads += 1;
          if (this.broken) {
            throw new Error("D1_ERROR: no such table: tenant_secret");
          }
          const row = this.#rows.get(`${tenant}/${name}`);
          return row === undefined ? null : { ...row, last_used_on: this.uses.at(-1) ?? null };
        },
        used: async (_tenant, _name, day) => void this.uses.push(day),
      },
      vault: this.vault,
      deployment: new Map([
        ["ALL", { value: "for-all" }],
        ["ONE", { value: "for-one", tenants: ["one"], hosts: ["api.example.com"] }],
        ["BAD", { value: "a\nb-secret" }],
        ["SHARED", { value: "of the deployment" }],
      ]),
      cacheMs: TEN_SECONDS,
      now: () => this.now,
      fault: (name) => this.faults.push(name),
      ...more,
    });
  }
}

test("a secret goes to its tenant's tools and its hosts, and is named where it is missing", async () => {
  const rows = new Rows();
  await rows.set("one", "SHARED", "of the tenant");
  await rows.set("one", "HOSTED", "for one host", ["api.example.com"]);
  await rows.set("one", "provider.openai", "sk-of-the-tenant");
  const lookups = rows.lookups();
  const fill = async (value: string, tenant = "one", host = "api.example.com") => {
    const filler = await fillerOf([value], SECRET_REFERENCE, (name) =>
      lookups.forTools(tenant).find(name, host),
    );
    return { headers: filledHeaders({ "X-A": value }, filler), hide: filler.hide };
  };
  const all = await fill("Bearer ${secret:ALL}${secret:ONE}");
  expect(all.headers.get("x-a")).toBe("Bearer for-allfor-one");
  expect(all.hide('{"a":"for-all"}')).toBe('{"a":"[secret ALL]"}');
  expect((await fill("${secret:SHARED}")).headers.get("x-a")).toBe("of the tenant");
  expect((await fill("${secret:SHARED}", "two")).headers.get("x-a")).toBe("of the deployment");
  expect((await fill("${secret:HOSTED}")).headers.get("x-a")).toBe("for one host");
  const refused = await Promise.all(
    [
      fill("${secret:ONE}", "two"),
      fill("${secret:ONE}", "one", "evil.example.com"),
      fill("${secret:HOSTED}", "one", "evil.example.com"),
      fill("${secret:HOSTED}", "two"),
      fill("${secret:NONE}"),
      fill("${secret:constructor}"),
      fill("${secret:provider.openai}"),
      fill("${secret:BAD}"),
    ].map(thrownBy),
  );
  expect(refused.map(({ code }) => code)).toEqual([
    ...Array.from({ length: 7 }, () => "secret_missing"),
    "tool_error",
  ]);
  expect(refused[4]?.message).toContain("NONE");
  expect(refused.map(({ message }) => message).join(" ")).not.toMatch(/for.one|sk-|b-secret/);
});

test("a new value is used after the cache time, and its day is written once", async () => {
  const rows = new Rows();
  await rows.set("one", "KEY", "the first value");
  const tools = rows.lookups().forTools("one");
  expect(await tools.find("KEY")).toBe("the first value");
  await rows.set("one", "KEY", "the second value");
  expect(await tools.find("KEY")).toBe("the first value");
  expect([rows.reads, rows.uses]).toEqual([1, ["2026-11-30"]]);
  rows.now += TEN_SECONDS;
  expect(await tools.find("KEY")).toBe("the second value");
  expect([rows.reads, rows.uses]).toEqual([2, ["2026-11-30"]]);
  rows.now += 60_000;
  await tools.find("KEY");
  expect(rows.uses).toEqual(["2026-11-30", "2026-12-01"]);
});

test("a sealed value opens only for its tenant and its name", async () => {
  const rows = new Rows();
  await rows.set("one", "KEY", CANARY);
  await rows.set("one", "provider.openai", CANARY);
  rows.copy("one/KEY", "two/KEY");
  rows.copy("one/KEY", "one/OTHER");
  rows.copy("one/provider.openai", "two/provider.openai");
  const lookups = rows.lookups();
  for (const [tenant, name] of [
    ["two", "KEY"],
    ["one", "OTHER"],
  ] as const) {
    const refused = await thrownBy(lookups.forTools(tenant).find(name));
    expect(refused).toMatchObject({ code: "secret_missing" });
    expect(refused.message).toContain("OPSPAWN_ENCRYPTION_KEY");
  }
  expect(await lookups.ownKey("two", "openai")).toEqual({ kind: "unreadable" });
  expect(await lookups.ownKey("one", "openai")).toEqual({ kind: "key", value: CANARY });
  expect(await lookups.ownKey("three", "openai")).toBeNull();
});

test("without an encryption key only the deployment's secrets are found, and nothing is read", async () => {
  const rows = new Rows();
  const lookups = rows.lookups({ vault: new TenantSecrets(null) });
  expect(await lookups.forTools("one").find("ALL")).toBe("for-all");
  expect(await lookups.forTools("one").find("NONE")).toBeNull();
  expect(rows.reads).toBe(0);
});

test("a database that fails is a fault for operators and a plain sentence for the model", async () => {
  const rows = new Rows();
  rows.broken = true;
  const refused = await thrownBy(rows.lookups().forTools("one").find("KEY"));
  expect(refused).toMatchObject({ code: "tool_error" });
  expect(refused.message).not.toContain("D1");
  expect(rows.faults).toEqual(["secret.read"]);
});

test("a value is in no event of a run, whatever a tool does with it", async () => {
  const tools = [
    leaky("returns", (value) => ({ [value]: [`=${value}=`, encodeURIComponent(value)] })),
    leaky("throws", (value) => {
      throw new Error(`cannot use ${value}`);
    }),
    leaky("quotes", (value) => JSON.stringify({ value })),
  ];
  const run = new Harness(
    specFor({
      script: [
        { tool_calls: tools.map(({ name }) => ({ name, arguments: {} })) },
        { text: "done" },
      ],
    }),
    { extraTools: tools, secrets: { KEY: CANARY } },
  );
  await run.drive();
  const log = JSON.stringify(run.events());
  expect(run.types().filter((type) => type.startsWith("tool."))).toEqual(
    expect.arrayContaining(["tool.completed", "tool.failed", "tool.logged"]),
  );
  expect(log.match(/\[secret KEY\]/g)?.length).toBeGreaterThanOrEqual(8);
  expect(log).not.toMatch(/canary/);
});

test("an HTTP tool sends the value, and hides it where the server repeats it", async () => {
  const sent: (string | null)[] = [];
  const echo = String.raw`"\u0063anary \"value\" of one"`;
  const run = new Harness(
    specFor({
      script: [
        { tool_calls: [{ name: "echo", arguments: {} }] },
        { tool_calls: [{ name: "gone", arguments: {} }] },
        { text: "done" },
      ],
    }),
    {
      extraTools: registeredTools(
        [httpDefinition("echo", "${secret:KEY}"), httpDefinition("gone", "${secret:GONE}")],
        null,
      ),
      secrets: { KEY: CANARY },
      fetch: async (_url, init) => {
        sent.push(new Headers(init?.headers).get("x-key"));
        return new Response(`{"escaped":${echo}}`, {
          headers: { "Content-Type": "application/json" },
        });
      },
    },
  );
  await run.drive();
  expect(sent).toEqual([CANARY]);
  const outcomes = run
    .events()
    .flatMap((one) =>
      one.type === "tool.completed" || one.type === "tool.failed" ? [one.data] : [],
    );
  expect(outcomes[0]).toMatchObject({ output: { escaped: "[secret KEY]" } });
  expect(outcomes[1]).toMatchObject({
    code: "secret_missing",
    message: expect.stringContaining("GONE") as string,
  });
});

/** A tool in code that reads a secret and lets it out. */
function leaky(name: string, out: (value: string) => unknown) {
  return defineTool({
    name,
    description: "",
    input: z.object({}),
    output: z.unknown(),
    effect: "pure",
    run: async (_input, { secret, report }) => {
      const value = await secret("KEY");
      report?.({ kind: "log", level: "info", data: { said: value } });
      return out(value);
    },
  });
}

function httpDefinition(name: string, value: string): HttpDefinition {
  return {
    name,
    version: 1,
    kind: "http",
    description: "A tool.",
    input_schema: { type: "object" },
    output_schema: null,
    effect: "pure",
    approval: "never",
    timeout_ms: 1000,
    http: { method: "POST", url: "https://example.com/", headers: { "X-Key": value } },
  };
}

async function thrownBy(work: Promise<unknown>): Promise<ToolStop> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof ToolStop) {
      return thrown;
    }
    throw thrown;
  }
  throw new Error("nothing was refused");
}
