/** Which tools of a big catalogue a model is offered, and when a server is asked what it has. */
import { expect, test } from "vitest";
import { KeptCatalogues } from "../../src/agent/mcp/catalogues.ts";
import { selectTools, type Choice } from "../../src/agent/mcp/select.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import type { McpTool } from "../../src/run/spec/mcp-catalogue.ts";
import { definitionOf } from "../mcp-double.ts";

const SIGNAL = new AbortController().signal;
const NOW = Date.parse("2026-11-24T12:00:00.000Z");
const CHOICE: Choice = { patterns: null, goal: "", maxTools: 3, maxChars: 100_000 };

function tool(name: string, description = "", more: Partial<McpTool> = {}): McpTool {
  return { name, description, inputSchema: { type: "object" }, ...more };
}

async function* partsOf(...parts: readonly (readonly McpTool[])[]) {
  for (const part of parts) {
    yield await Promise.resolve(part);
  }
}

async function chosen(choice: Partial<Choice>, ...parts: readonly (readonly McpTool[])[]) {
  const { tools } = await selectTools(definitionOf(), partsOf(...parts), { ...CHOICE, ...choice });
  return tools.map(({ name }) => name);
}

test("without a word of the goal the first tools are chosen, as many as there may be", async () => {
  expect(await chosen({}, [tool("a"), tool("b")], [tool("c"), tool("d")])).toEqual(["a", "b", "c"]);
});

test("a tool that speaks of the goal comes before one that does not, and the server's order stays", async () => {
  const parts = [
    [tool("a"), tool("b"), tool("c")],
    [tool("d", "Sends a mail."), tool("sendMail"), tool("e", "mail")],
  ];
  expect(await chosen({ goal: "Send the MAIL to Ada" }, ...parts)).toEqual(["d", "sendMail", "e"]);
  expect(await chosen({ goal: "Send the mail", maxTools: 1 }, ...parts)).toEqual(["sendMail"]);
});

test("what is chosen never takes more characters than it may, and a large tool does not shut out the rest", async () => {
  const large = tool("large", "x".repeat(2000));
  expect(await chosen({ maxChars: 500 }, [large, tool("a"), tool("b")])).toEqual(["a", "b"]);
});

test("the agent's own choice counts alone", async () => {
  const tools = [tool("read_page"), tool("read_file"), tool("write_file")];
  expect(await chosen({ patterns: ["read_*"] }, tools)).toEqual(["read_page", "read_file"]);
});

test.each([
  [{}, {}, "once"],
  [{}, { readOnlyHint: true }, "once"],
  [{ trust_annotations: true }, { readOnlyHint: true }, "pure"],
  [{ trust_annotations: true }, { idempotentHint: true }, "idempotent"],
  [{ trust_annotations: true, effects: { "*": "once" as const } }, { readOnlyHint: true }, "once"],
  [{ effects: { "a*": "pure" as const, ab: "idempotent" as const } }, {}, "idempotent"],
])(
  "with the definition %j and the hints %j a call is %s",
  async (definition, annotations, effect) => {
    const { tools } = await selectTools(
      definitionOf(definition),
      partsOf([tool("ab", "", { annotations })]),
      CHOICE,
    );
    expect(tools[0]?.effect).toBe(effect);
  },
);

/** A store with one server, and a lister that writes what it is told. */
function kept(found: () => { status: "ok" | "down"; tools: readonly McpTool[] }) {
  let state: Awaited<ReturnType<ConstructorParameters<typeof KeptCatalogues>[1]["state"]>> = null;
  let parts: string[] = [];
  let failures = 0;
  const asked: string[] = [];
  const clock = { now: NOW };
  const at = (ms: number): string => new Date(clock.now + ms).toISOString();
  const catalogues = new KeptCatalogues(
    "tenant",
    {
      state: async () => state,
      async *parts() {
        yield* parts;
      },
      expire: async () => {
        if (state !== null && state.catalogue !== null) {
          state = { ...state, catalogue: { ...state.catalogue, expires_at: at(0) } };
        }
      },
      saveHealth: async (_tenant, _server, health) => {
        failures += 1;
        state = { catalogue: state?.catalogue ?? null, health, failures };
      },
    },
    {
      keyOf: ({ url }) => url,
      refresh: async (_tenant, { url }) => {
        asked.push(url);
        const { status, tools } = found();
        const down = { status: "down", code: "server_unreachable", message: "no" } as const;
        const ok = { status: "ok", code: null, message: null } as const;
        const health = { ...(status === "ok" ? ok : down), checked_at: at(0) };
        parts = [JSON.stringify(tools)];
        const revision = `r${asked.length}`;
        const expires_at = at(300_000);
        failures = status === "ok" ? 0 : failures + 1;
        state = {
          health,
          failures,
          catalogue: { key: url, revision, parts: 1, capabilities: {}, expires_at },
        };
      },
    },
    15_000,
    () => clock.now,
  );
  return { catalogues, asked, clock, lose: () => parts.pop() };
}

test("a server is asked when nothing is known, when that is old, and when it is another server", async () => {
  const { catalogues, asked, clock } = kept(() => ({ status: "ok", tools: [tool("a")] }));
  const docs = definitionOf();
  await catalogues.current(docs, SIGNAL);
  await catalogues.current(docs, SIGNAL);
  expect(asked).toHaveLength(1);
  clock.now += 300_001;
  await catalogues.current(docs, SIGNAL);
  expect(asked).toHaveLength(2);
  await catalogues.changed(docs);
  await catalogues.current(docs, SIGNAL);
  expect(asked).toHaveLength(3);
  await catalogues.current(definitionOf({ url: "https://other.example/mcp" }), SIGNAL);
  expect(asked).toHaveLength(4);
});

test("a server that is down is not asked again at once", async () => {
  const { catalogues, asked, clock } = kept(() => ({ status: "down", tools: [] }));
  expect(await catalogues.current(definitionOf(), SIGNAL)).toMatchObject({
    revision: null,
    health: { status: "down", code: "server_unreachable" },
  });
  await catalogues.current(definitionOf(), SIGNAL);
  expect(asked).toHaveLength(1);
  clock.now += 15_001;
  await catalogues.current(definitionOf(), SIGNAL);
  expect(asked).toHaveLength(2);
  // Each time it is left alone for twice as long.
  clock.now += 15_001;
  await catalogues.current(definitionOf(), SIGNAL);
  expect(asked).toHaveLength(2);
});

test.each([
  ["tool_timeout", true],
  ["server_unreachable", true],
  ["http_error", false],
  ["mcp_protocol_error", false],
] as const)("after %s, that a server is not called for a while is %s", async (code, isDown) => {
  const { catalogues, clock } = kept(() => ({ status: "ok", tools: [tool("a")] }));
  await catalogues.current(definitionOf(), SIGNAL);
  expect(await catalogues.down(definitionOf())).toBeNull();
  await catalogues.failed(definitionOf(), new ToolStop(code, "no"));
  const known = await catalogues.down(definitionOf());
  expect(known?.code ?? null).toBe(isDown ? code : null);
  clock.now += 15_001;
  expect(await catalogues.down(definitionOf())).toBeNull();
});

test("a catalogue that was replaced while it was read is no shorter catalogue", async () => {
  const { catalogues, lose } = kept(() => ({ status: "ok", tools: [tool("a")] }));
  const known = await catalogues.current(definitionOf(), SIGNAL);
  lose();
  await expect(Array.fromAsync(catalogues.tools(definitionOf(), known))).rejects.toThrow(
    "listed again",
  );
});
