/** Agents in D1: versions, races, and what a submission costs. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { AgentDefinition } from "../../src/run/spec/agent.ts";
import { newActor, type Actor } from "../../src/store/audit.ts";
import { AgentStore, MAX_AGENTS } from "../../src/store/agents.ts";
import { ToolStore } from "../../src/store/tools.ts";

const agents = new AgentStore(env.DB);
const NOW = "2026-11-24T10:00:00.000Z";

/** Somebody doing something at a moment. */
function actor(at = NOW): Actor {
  return { ...newActor(Date.parse(at), "key_1"), at };
}

let tenants = 0;

function tenant(): string {
  tenants += 1;
  return `agents-${tenants}`;
}

function says(instructions: string): AgentDefinition {
  return { description: null, config: { instructions }, limits: { max_steps: null } };
}

test("every version is kept, and the newest is the agent", async () => {
  const id = tenant();
  expect(await agents.insert(id, "a", says("one"), actor())).toMatchObject({ version: 1 });
  expect(await agents.insert(id, "a", says("again"), actor())).toBeNull();
  expect(await agents.change(id, "a", says("two"), null, actor())).toMatchObject({ version: 2 });
  expect(await agents.get(id, "a")).toEqual({
    name: "a",
    version: 2,
    ...says("two"),
    created_at: NOW,
    updated_at: NOW,
  });
  expect((await agents.versions(id, "a", 10, null)).map(said)).toEqual([
    [2, "two"],
    [1, "one"],
  ]);
  expect((await agents.versions(id, "a", 10, 2)).map(said)).toEqual([[1, "one"]]);
});

test("a deleted agent keeps its versions, and made again it goes on counting", async () => {
  const id = tenant();
  await agents.insert(id, "a", says("one"), actor());
  expect(await agents.remove(id, "a", null, actor())).toBe(true);
  expect(await agents.remove(id, "a", null, actor())).toBe(false);
  expect(await agents.get(id, "a")).toBeNull();
  expect(await agents.change(id, "a", says("x"), null, actor())).toBeNull();
  expect(await agents.versions(id, "a", 10, null)).toHaveLength(1);
  const later = "2026-11-24T11:00:00.000Z";
  const again = await agents.insert(id, "a", says("new"), actor(later));
  expect(again).toMatchObject({ version: 2, created_at: later });
  expect((await agents.versions(id, "a", 10, null)).map(said)).toEqual([
    [2, "new"],
    [1, "one"],
  ]);
});

test("of many who change one version at once one succeeds, and no version is lost or doubled", async () => {
  const id = tenant();
  const first = await agents.insert(id, "a", says("one"), actor());
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) => agents.change(id, "a", says(`by ${i}`), first, actor())),
  );
  const [winner, ...others] = all.filter((row) => row !== null);
  expect(others).toEqual([]);
  const kept = await agents.versions(id, "a", 10, null);
  expect(kept.map(said)).toEqual([
    [2, winner?.config.instructions],
    [1, "one"],
  ]);
});

test("what a tenant puts in the place of default counts on from the service's own", async () => {
  const id = tenant();
  expect(await agents.insert(id, "default", says("mine"), actor())).toMatchObject({ version: 2 });
});

test("a tenant has so many agents at a time, and deleting one makes room", async () => {
  const id = tenant();
  const names = Array.from({ length: MAX_AGENTS }, (_, i) => `a${i}`);
  await Promise.all(names.map((name) => agents.insert(id, name, says(name), actor())));
  expect(await agents.insert(id, "more", says("more"), actor())).toBeNull();
  await agents.remove(id, "a0", null, actor());
  expect(await agents.insert(id, "more", says("more"), actor())).not.toBeNull();
  expect(await agents.insert(id, "a0", says("back"), actor())).toBeNull();
});

test("a page of the list follows the one before, also among agents of one moment", async () => {
  const id = tenant();
  for (const name of ["b", "c", "a"]) {
    await agents.insert(id, name, says(name), actor());
  }
  await agents.insert(id, "newest", says("x".repeat(20_000)), actor("2026-11-24T12:00:00.000Z"));
  const first = await agents.list(id, 2, null);
  expect(first.agents.map(({ name }) => name)).toEqual(["newest", "c"]);
  expect(first.agents[0]?.config).toBeNull();
  expect(first.hasDefault).toBe(false);
  const rest = await agents.list(id, 2, { created_at: NOW, name: "c" });
  expect(rest.agents.map(({ name }) => name)).toEqual(["b", "a"]);
  const described = await agents.described(id, 2);
  expect(described.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a submission reads its agent and its tenant's tools in one statement", async () => {
  const id = tenant();
  const tool = {
    name: "weather",
    version: 1,
    kind: "http",
    description: "The weather.",
    input_schema: { type: "object" },
    output_schema: null,
    effect: "pure",
    approval: "never",
    timeout_ms: 1000,
    http: { method: "GET", url: "https://example.com/", headers: {} },
  } as const;
  const stored = await new ToolStore(env.DB).insert(
    id,
    { definition: tool, enabled: true },
    actor(),
  );
  await agents.insert(id, "a", says("one"), actor());
  let statements = 0;
  const counting = new Proxy(env.DB, {
    get(target, name) {
      statements += name === "prepare" ? 1 : 0;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const found = await new AgentStore(counting).withTools(id, "a");
  const agent = await agents.get(id, "a");
  expect(found).toEqual({ agent, tools: [stored], mark: `1/weather 1 ${NOW}` });
  expect(await agents.withTools(id, "b")).toMatchObject({ agent: null, tools: [stored] });
  expect(await agents.withTools(tenant(), "a")).toEqual({ agent: null, tools: [], mark: "0" });
  expect(statements).toBe(1);
});

function said({
  version,
  config,
}: {
  version: number;
  config: { instructions?: string | undefined };
}) {
  return [version, config.instructions];
}
