/** The MCP servers that a deployment configures: what is read, what is refused, what is never told. */
import { expect, test } from "vitest";
import { settingsFrom } from "../../scripts/settings.ts";
import { configOf, SettingError } from "../../src/env/config.ts";

const SERVERS = {
  docs: {
    url: "https://docs.example.com/mcp",
    headers: { Authorization: "Bearer ${DOCS_TOKEN}" },
    effects: { search: "pure" },
  },
  off: { url: "${BASE}/mcp", enabled: false, tenants: ["one"] },
};

test.each([
  ["text", JSON.stringify(SERVERS)],
  ["a table", SERVERS],
  ["text with a wrapper", JSON.stringify({ mcp_servers: SERVERS })],
  ["a table with a wrapper", { mcp_servers: SERVERS }],
])("servers are read from %s, their templates as they are", (_, value) => {
  const config = configOf({ OPSPAWN_MCP_SERVERS: JSON.parse(JSON.stringify(value)) as unknown });
  expect(Object.fromEntries(config.mcpServers)).toEqual({
    docs: {
      enabled: true,
      definition: {
        name: "docs",
        source: "deployment",
        url: "https://docs.example.com/mcp",
        headers: { Authorization: "Bearer ${DOCS_TOKEN}" },
        timeout_ms: 30_000,
        effects: { search: "pure" },
        trust_annotations: false,
        approval: "never",
      },
    },
    off: {
      enabled: false,
      tenants: ["one"],
      definition: expect.objectContaining({ name: "off", url: "${BASE}/mcp" }) as unknown,
    },
  });
});

test.each([{}, { OPSPAWN_MCP_SERVERS: "" }, { OPSPAWN_MCP_SERVERS: "{}" }])(
  "%j configures none",
  (env) => {
    expect(configOf(env).mcpServers.size).toBe(0);
  },
);

test("only what the servers name can be asked for, whole and set", () => {
  const config = configOf({
    OPSPAWN_MCP_SERVERS: SERVERS,
    DOCS_TOKEN: " t ",
    BASE: "  ",
    OTHER: "secret",
    OPENAI_API_KEY: "secret",
  });
  expect(config.secretOf("DOCS_TOKEN")).toBe("t");
  for (const name of ["BASE", "OTHER", "OPENAI_API_KEY", "constructor", "__proto__"]) {
    expect(config.secretOf(name)).toBeNull();
  }
});

const url = "https://docs.example.com/mcp";
test.each([
  "[]",
  "{",
  "text",
  { docs: "https://docs.example.com" },
  { docs: {} },
  { docs: { url: "ftp://secret.example.com" } },
  { docs: { url: "docs" } },
  { docs: { url: "https://x.example.com/${secret:A}" } },
  { docs: { url: "https://x.example.com/${A" } },
  { "a.b": { url } },
  { docs: { url, header: { "X-Key": "secret" } } },
  { docs: { url, headers: { Authorization: "Bearer secret" } } },
  { docs: { url, headers: { "X-Api-Key": "secret" } } },
  { docs: { url, headers: { Host: "secret" } } },
  { docs: { url, headers: { "Mcp-Session-Id": "secret" } } },
  { docs: { url, headers: { "X A": "secret" } } },
  { docs: { url, headers: { "X-A": "secret\n" } } },
  { docs: { url, effects: { a: "probe" } } },
  { docs: { url, timeout_ms: 0 } },
  { docs: { url, approval: "sometimes" } },
  { docs: { url, oauth: { client_id: "a", client_secret: "secret" } } },
  { docs: { url, oauth: {}, headers: { Authorization: "Bearer ${TOKEN}" } } },
  Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`s${i}`, { url }])),
])("%j is refused by the setting's name, without what it holds", (value) => {
  const parse = () => configOf({ OPSPAWN_MCP_SERVERS: value });
  expect(parse).toThrow(SettingError);
  expect(parse).toThrow(/^The setting OPSPAWN_MCP_SERVERS is wrong: /);
  expect(parse).not.toThrow(/secret(?!:| as)/);
});

test.each([
  ["a".repeat(64), 32],
  [Buffer.alloc(32, 5).toString("base64"), 32],
  [Buffer.alloc(48, 250).toString("base64url"), 48],
])("an encryption key is read as %s", (value, bytes) => {
  expect(configOf({ OPSPAWN_ENCRYPTION_KEY: value }).encryptionKey?.byteLength).toBe(bytes);
});

test.each(["short", "a".repeat(62), "secret secret secret secret secret secret secret"])(
  "the encryption key %j is refused without being quoted",
  (value) => {
    const parse = () => configOf({ OPSPAWN_ENCRYPTION_KEY: value });
    expect(parse).toThrow(
      /^The setting OPSPAWN_ENCRYPTION_KEY is wrong: it must be 32 random bytes/,
    );
    expect(parse).not.toThrow(new RegExp(value));
  },
);

test("where there is no encryption key there is none", () => {
  expect(configOf({}).encryptionKey).toBeNull();
  expect(configOf({ OPSPAWN_ENCRYPTION_KEY: " " }).encryptionKey).toBeNull();
});

test("the public address is kept without a slash at its end", () => {
  expect(configOf({ OPSPAWN_PUBLIC_URL: "https://a.example/" }).publicUrl).toBe(
    "https://a.example",
  );
  expect(configOf({}).publicUrl).toBeNull();
  expect(() => configOf({ OPSPAWN_PUBLIC_URL: "a.example" })).toThrow(/OPSPAWN_PUBLIC_URL/);
});

test("a private host may be opened at every port", () => {
  expect(configOf({ OPSPAWN_ALLOWED_PRIVATE_HOSTS: "localhost:*, a:1" }).web.open).toEqual([
    "localhost:*",
    "a:1",
  ]);
  for (const wrong of ["localhost", "localhost:**"]) {
    expect(() => configOf({ OPSPAWN_ALLOWED_PRIVATE_HOSTS: wrong }), wrong).toThrow(SettingError);
  }
  expect(() => configOf({ OPSPAWN_ALLOWED_PRIVATE_HOSTS: "localhost:1*" })).toThrow(SettingError);
});

test("what the servers name reaches a local service from the environment too", () => {
  const servers = JSON.stringify({ docs: { url, headers: { "X-A": "${DOCS_TOKEN}" } } });
  const environment = { OPSPAWN_MCP_SERVERS: servers, DOCS_TOKEN: "t", OTHER: "o", HOME: "/h" };
  expect(settingsFrom({}, environment)).toEqual({ OPSPAWN_MCP_SERVERS: servers, DOCS_TOKEN: "t" });
  const { OPSPAWN_MCP_SERVERS: _servers, ...rest } = environment;
  expect(settingsFrom({ OPSPAWN_MCP_SERVERS: servers }, rest)).toMatchObject({ DOCS_TOKEN: "t" });
});
