/** OAuth towards MCP servers: who is asked for what, what is kept of it, and what nobody is told. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { guardedFetch, type GuardedFetch } from "../../src/agent/fetch/guarded-fetch.ts";
import { HostRules } from "../../src/agent/fetch/host-rules.ts";
import { LIST_BOUNDS } from "../../src/agent/mcp/list.ts";
import {
  McpRegistry,
  type RegistryHost,
  type ListingStore,
  type StateStore,
} from "../../src/agent/mcp/registry.ts";
import { sealerOf } from "../../src/crypto/seal.ts";
import type { CatalogueHead, McpHealth } from "../../src/run/spec/mcp-catalogue.ts";
import type { McpServerDefinition } from "../../src/run/spec/mcp-server.ts";
import { definitionOf, mcpDouble, plainTool, type Double } from "../mcp-double.ts";
import { forbiddenRedirects } from "../ssrf-corpus.ts";

const KEY = new Uint8Array(32).fill(7);
const REDIRECT = "https://opspawn.example/api/v1/mcp/oauth/callback";
const OAUTH = { oauth: {} };

test("a sealed text is opened with its key at its place, and nowhere else", async () => {
  const sealer = sealerOf(KEY, "mcp tokens");
  const sealed = await sealer.seal("secret", "a/b");
  expect(sealed).not.toContain("secret");
  expect(await sealer.seal("secret", "a/b")).not.toBe(sealed);
  expect(await sealer.open(sealed, "a/b")).toBe("secret");
  expect(await sealer.open(sealed, "a/c")).toBeNull();
  expect(await sealerOf(new Uint8Array(32).fill(8), "mcp tokens").open(sealed, "a/b")).toBeNull();
  expect(await sealerOf(KEY, "signing secrets").open(sealed, "a/b")).toBeNull();
  const [version, iv, text = ""] = sealed.split(".");
  const flipped = [version, iv, `${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`].join(".");
  expect(await sealer.open(flipped, "a/b")).toBeNull();
  expect(await sealer.open("nonsense", "a/b")).toBeNull();
});

test("a person agrees once, and the server is used from then on with what is kept sealed", async () => {
  const world = new World();
  const { registry, store } = world;
  const definition = definitionOf(OAUTH);
  await registry.refresh("one", definition);
  expect(store.health("one", "docs")).toMatchObject({
    status: "unauthorized",
    code: "authorization_required",
    message: expect.stringContaining("POST /api/v1/mcp/servers/docs/authorize") as string,
  });
  // Nobody was registered for a run, which could not be redirected.
  expect(world.registrations).toEqual([]);

  await world.agree("one", definition);
  await registry.refresh("one", definition);
  expect(store.health("one", "docs")).toMatchObject({ status: "ok", code: null });
  expect(world.registrations).toMatchObject([
    { client_name: "Opspawn", application_type: "web", redirect_uris: [REDIRECT] },
  ]);
  expect(await registry.authorize("one", definition, REDIRECT)).toEqual({ kind: "authorized" });
  for (const { sealed } of store.tokens.values()) {
    expect(sealed).toMatch(/^v1\.[\w-]+\.[\w-]+$/);
  }

  // Another tenant's use of the same server is another matter, and so is another address.
  await registry.refresh("two", definition);
  expect(store.health("two", "docs")?.code).toBe("authorization_required");
  await registry.refresh("one", { ...definition, url: "https://mcp.example.com/other" });
  expect(store.health("one", "docs")?.code).toBe("authorization_required");
});

test("a server's own headers are not told to its authorization server", async () => {
  const world = new World();
  const definition = definitionOf({ ...OAUTH, headers: { "X-Plan": "gold" } });
  await world.agree("one", definition);
  const told = (origin: string) =>
    world.requests.filter(({ url }) => url.startsWith(origin)).map((r) => r.headers.get("x-plan"));
  expect(new Set(told("https://mcp.example.com"))).toEqual(new Set(["gold"]));
  expect(new Set(told("https://auth.example.com"))).toEqual(new Set([null]));
});

test("many runs that find their token too old refresh it without losing the one that is left", async () => {
  const world = new World();
  const definition = definitionOf(OAUTH);
  await world.agree("one", definition);
  for (let round = 0; round < 3; round += 1) {
    world.expireAccess();
    await Promise.all(Array.from({ length: 5 }, () => world.registry.refresh("one", definition)));
    await world.registry.refresh("one", definition);
    expect(world.store.health("one", "docs")).toMatchObject({ status: "ok" });
  }
  expect(world.authorizations).toHaveLength(1);
});

test("a refresh that is refused for good needs a person again", async () => {
  const world = new World();
  const definition = definitionOf(OAUTH);
  await world.agree("one", definition);
  world.expireAccess();
  world.refreshTokens.clear();
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")?.code).toBe("authorization_required");
  await world.agree("one", definition);
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")?.status).toBe("ok");
});

test("a scope that a run lacked is asked for by the next authorization, with those it has", async () => {
  const world = new World();
  const definition = definitionOf(OAUTH);
  await world.agree("one", definition);
  world.required = "write";
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")?.code).toBe("authorization_required");
  await world.agree("one", definition);
  expect(world.authorizations.map((url) => url.searchParams.get("scope"))).toEqual([
    "read",
    "read write",
  ]);
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")?.status).toBe("ok");
});

test("with client credentials nobody has to agree", async () => {
  const world = new World();
  const definition = definitionOf({
    oauth: {
      client_id: "robot",
      client_secret: "${secret:ROBOT}",
      grant: "client_credentials",
      scope: "read",
    },
  });
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")).toMatchObject({ status: "ok" });
  expect(world.grants).toEqual(["client_credentials"]);
  expect(world.registrations).toEqual([]);
  world.expireAccess();
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")).toMatchObject({ status: "ok" });
});

test("an answer of another authorization server is not believed", async () => {
  const world = new World();
  const definition = definitionOf(OAUTH);
  const state = await world.begin("one", definition);
  expect(await world.registry.takeState(state)).toEqual({ tenantId: "one", server: "docs" });
  expect(await world.registry.takeState(state)).toBeNull();
  const returned = { code: "code-1", iss: "https://evil.example.com", error: null };
  expect(await world.registry.finish("one", definition, returned)).toMatchObject({
    code: "authorization_failed",
  });
  expect(world.grants).toEqual([]);
  const refused = { code: null, iss: null, error: "access_denied" };
  expect(await world.registry.finish("one", definition, refused)).toEqual({
    code: "authorization_failed",
    message: "The authorization server said: access_denied.",
  });
  expect(await world.registry.finish("two", definition, returned)).toMatchObject({
    message: expect.stringContaining("start again") as string,
  });
});

test("a state is worth nothing after ten minutes", async () => {
  const world = new World();
  const state = await world.begin("one", definitionOf(OAUTH));
  world.now += 600_001;
  expect(await world.registry.takeState(state)).toBeNull();
});

test("metadata of another issuer is not used", async () => {
  const world = new World();
  world.issuer = "https://evil.example.com";
  expect(await world.registry.authorize("one", definitionOf(OAUTH), REDIRECT)).toMatchObject({
    kind: "failed",
    code: "authorization_failed",
  });
  expect(world.registrations).toEqual([]);
});

test("a server that is asked with encryption does not lead to one that is asked without", async () => {
  const world = new World();
  world.authServer = "http://auth.example.com";
  expect(await world.registry.authorize("one", definitionOf(OAUTH), REDIRECT)).toMatchObject({
    kind: "failed",
    code: "url_refused",
  });
  expect(world.requests.filter(({ url }) => url.startsWith("http:"))).toEqual([]);
});

test("without an encryption key OAuth is refused with the name of the setting", async () => {
  const world = new World({ encryptionKey: null });
  const definition = definitionOf(OAUTH);
  expect(world.registry.keepsTokens).toBe(false);
  expect(await world.registry.unusable("one", definition)).toMatchObject({
    code: "oauth_unavailable",
    message: expect.stringContaining("OPSPAWN_ENCRYPTION_KEY") as string,
  });
  await world.registry.refresh("one", definition);
  expect(world.store.health("one", "docs")).toMatchObject({ code: "oauth_unavailable" });
  expect(world.requests).toEqual([]);
});

test("what a server says is stored without the secrets that it was sent", async () => {
  const world = new World({}, (request) =>
    Response.json(
      {
        jsonrpc: "2.0",
        id: 0,
        error: { code: -32_000 - 99, message: `bad ${request.headers.get("authorization")}` },
      },
      { status: 200 },
    ),
  );
  const headers = { Authorization: "Bearer ${secret:ROBOT}" };
  await world.registry.refresh("one", definitionOf({ headers }));
  expect(world.store.health("one", "docs")?.message).toContain("[secret ROBOT]");
  expect(JSON.stringify(world.store.health("one", "docs"))).not.toContain("robot-secret");
});

test("a deployment's server is sent what its templates name, and is not used without", async () => {
  const variables = new Map([["DOCS_HOST", "mcp.example.com"]]);
  const world = new World({ variable: (name) => variables.get(name) ?? null });
  const definition = definitionOf({
    source: "deployment",
    url: "https://${DOCS_HOST}/mcp",
    headers: { "X-Key": "k ${DOCS_KEY}" },
  });
  expect(await world.registry.unusable("one", definition)).toEqual({
    code: "secret_missing",
    message: expect.stringContaining("DOCS_KEY") as string,
  });
  variables.set("DOCS_KEY", "v");
  expect(await world.registry.unusable("one", definition)).toBeNull();
  await world.registry.refresh("one", { ...definition });
  expect(world.requests[0]?.url).toBe("https://mcp.example.com/mcp");
  expect(world.requests[0]?.headers.get("x-key")).toBe("k v");
});

/** Where a server may say that OAuth leads. */
const PLACES = ["resource_metadata", "authorization_servers", "token_endpoint"] as const;

test.each(PLACES)(
  "no private address that a server gives as %s is fetched",
  async (place) => {
    const victim: string[] = [];
    const { port } = await listening((request, response) => {
      victim.push(request.url ?? "");
      response.end("{}");
    });
    let bad = "";
    const mcp = await listening((request, response) => {
      const origin = `http://127.0.0.1:${mcp.port}`;
      const { pathname } = new URL(request.url ?? "", origin);
      const metadata = place === "resource_metadata" ? bad : `${origin}/prm`;
      const answers: Readonly<Record<string, object>> = {
        "/prm": {
          resource: `${origin}/mcp`,
          authorization_servers: [place === "authorization_servers" ? bad : origin],
        },
        "/.well-known/oauth-authorization-server": {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: place === "token_endpoint" ? bad : `${origin}/token`,
          registration_endpoint: place === "token_endpoint" ? `${origin}/register` : bad,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
        },
        "/register": { client_id: "c", redirect_uris: [REDIRECT] },
      };
      const answer = answers[pathname];
      if (pathname === "/mcp") {
        response.statusCode = 401;
        response.setHeader("WWW-Authenticate", `Bearer resource_metadata="${metadata}"`);
        response.end();
      } else if (answer === undefined) {
        response.statusCode = 404;
        response.end();
      } else {
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify(answer));
      }
    });
    const rules = new HostRules({ allow: [], deny: [], open: [`127.0.0.1:${mcp.port}`] });
    const fetch = guardedFetch({ rules, resolve: null, maxBytes: 100_000, timeoutMs: 2_000 });
    const definition = definitionOf({ ...OAUTH, url: `http://127.0.0.1:${mcp.port}/mcp` });
    const urls = forbiddenRedirects(port).filter((url) => URL.canParse(url));
    expect(urls.length).toBeGreaterThan(80);
    for (bad of urls) {
      const world = new World({ fetch, rules });
      expect(await comesTo(world.registry, definition), bad).toBe("failed");
    }
    expect(victim).toEqual([]);
  },
  60_000,
);

/** What both halves of an authorization come to. */
async function comesTo(registry: McpRegistry, definition: McpServerDefinition): Promise<string> {
  const came = await registry.authorize("one", definition, REDIRECT);
  if (came.kind !== "redirect") {
    return came.kind;
  }
  await registry.takeState(new URL(came.url).searchParams.get("state") ?? "");
  const returned = { code: "c", iss: null, error: null };
  return (await registry.finish("one", definition, returned)) === null ? "finished" : "failed";
}

async function listening(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener);
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** A server that wants OAuth, its authorization server, and a registry that uses both. */
class World {
  readonly store = new Memory();
  readonly registry: McpRegistry;
  readonly requests: Request[] = [];
  readonly registrations: unknown[] = [];
  readonly authorizations: URL[] = [];
  readonly grants: string[] = [];
  /** Scopes by token. */
  readonly accessTokens = new Map<string, string>();
  readonly refreshTokens = new Map<string, string>();
  authServer = "https://auth.example.com";
  issuer: string | null = null;
  required = "read";
  now = Date.parse("2026-11-24T00:00:00Z");
  #count = 0;
  readonly #mcp: Double;

  constructor(more: Partial<RegistryHost> = {}, open?: (request: Request) => Response) {
    this.#mcp = mcpDouble([[plainTool("a")]], (_, request) =>
      open === undefined ? this.#gate(request) : open(request),
    );
    this.registry = new McpRegistry({
      listings: this.store,
      tokens: this.store,
      fetch: this.#fetch,
      rules: new HostRules({ allow: [], deny: [], open: [] }),
      variable: () => null,
      secretsOf: () => ({ find: async (name) => (name === "ROBOT" ? "robot-secret" : null) }),
      encryptionKey: KEY,
      catalogueTtlMs: 60_000,
      now: () => this.now,
      bounds: { ...LIST_BOUNDS, requestMs: 2_000, totalMs: 5_000 },
      ...more,
    });
  }

  /** The state that a browser would bring back. */
  async begin(tenant: string, definition: McpServerDefinition): Promise<string> {
    const came = await this.registry.authorize(tenant, definition, REDIRECT);
    if (came.kind !== "redirect") {
      throw new Error(JSON.stringify(came));
    }
    const url = new URL(came.url);
    this.authorizations.push(url);
    return url.searchParams.get("state") ?? "";
  }

  /** All that a person and their browser do. */
  async agree(tenant: string, definition: McpServerDefinition): Promise<void> {
    const state = await this.begin(tenant, definition);
    await this.registry.takeState(state);
    const returned = { code: "code-1", iss: null, error: null };
    await this.registry.finish(tenant, definition, returned);
  }

  expireAccess(): void {
    this.accessTokens.clear();
  }

  readonly #fetch: GuardedFetch = async (input, init) => {
    const request = new Request(input, init);
    this.requests.push(request.clone());
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/mcp" || pathname === "/other") {
      // In its own time, so that those who come together do overlap.
      await new Promise((wake) => setTimeout(wake, 1));
      return this.#mcp.fetch(request);
    }
    if (origin === "https://mcp.example.com") {
      return pathname.startsWith("/.well-known/oauth-protected-resource")
        ? Response.json({
            resource: "https://mcp.example.com/",
            authorization_servers: [this.authServer],
          })
        : new Response(null, { status: 404 });
    }
    switch (pathname) {
      case "/.well-known/oauth-authorization-server":
        return Response.json({
          issuer: this.issuer ?? this.authServer,
          authorization_endpoint: `${this.authServer}/authorize`,
          token_endpoint: `${this.authServer}/token`,
          registration_endpoint: `${this.authServer}/register`,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
        });
      case "/register": {
        const body = await request.json<object>();
        this.registrations.push(body);
        return Response.json({ ...body, client_id: `client-${this.registrations.length}` });
      }
      case "/token":
        return this.#token(new URLSearchParams(await request.text()));
      default:
        return new Response(null, { status: 404 });
    }
  };

  #gate(request: Request): Response | null {
    const token = /^Bearer (.*)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    const scope = token === undefined ? undefined : this.accessTokens.get(token);
    if (scope === undefined) {
      return new Response(null, {
        status: 401,
        headers: { "www-authenticate": `Bearer scope="read"` },
      });
    }
    return scope.split(" ").includes(this.required)
      ? null
      : new Response(null, {
          status: 403,
          headers: {
            "www-authenticate": `Bearer error="insufficient_scope", scope="${this.required}"`,
          },
        });
  }

  /** Refresh tokens are good for one use. */
  #token(form: URLSearchParams): Response {
    const grant = form.get("grant_type") ?? "";
    this.grants.push(grant);
    let scope =
      form.get("scope") ?? this.authorizations.at(-1)?.searchParams.get("scope") ?? "read";
    if (grant === "refresh_token") {
      const given = form.get("refresh_token") ?? "";
      const known = this.refreshTokens.get(given);
      if (known === undefined) {
        return Response.json({ error: "invalid_grant" }, { status: 400 });
      }
      this.refreshTokens.delete(given);
      scope = known;
    }
    this.#count += 1;
    const access_token = `access-${this.#count}`;
    const refresh_token = `refresh-${this.#count}`;
    this.accessTokens.set(access_token, scope);
    this.refreshTokens.set(refresh_token, scope);
    return Response.json({
      access_token,
      token_type: "Bearer",
      expires_in: 3600,
      ...(grant === "client_credentials" ? {} : { refresh_token }),
    });
  }
}

/** As the store in D1 does it. */
class Memory implements ListingStore, StateStore {
  readonly tokens = new Map<string, { sealed: string; version: number }>();
  readonly #states = new Map<string, { tenantId: string; server: string; expires_at: string }>();
  readonly #health = new Map<string, McpHealth>();

  health(tenantId: string, server: string): McpHealth | undefined {
    return this.#health.get(`${tenantId}/${server}`);
  }

  async token(tenantId: string, server: string) {
    return this.tokens.get(`${tenantId}/${server}`) ?? null;
  }

  async saveToken(
    tenantId: string,
    server: string,
    { sealed, version }: { sealed: string; version: number },
    _now: string,
    pending?: { hash: string; expires_at: string },
  ): Promise<boolean> {
    const key = `${tenantId}/${server}`;
    if ((this.tokens.get(key)?.version ?? 0) !== version) {
      return false;
    }
    this.tokens.set(key, { sealed, version: version + 1 });
    if (pending !== undefined) {
      this.#states.set(pending.hash, { tenantId, server, expires_at: pending.expires_at });
    }
    return true;
  }

  async takeState(hash: string, now: string) {
    const state = this.#states.get(hash);
    this.#states.delete(hash);
    return state === undefined || state.expires_at <= now
      ? null
      : { tenantId: state.tenantId, server: state.server };
  }

  async saveCatalogue(tenantId: string, server: string, { health }: Omit<CatalogueHead, "parts">) {
    this.#health.set(`${tenantId}/${server}`, health);
  }

  async saveHealth(tenantId: string, server: string, health: McpHealth) {
    this.#health.set(`${tenantId}/${server}`, health);
  }
}
