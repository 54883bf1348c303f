/**
 * `/api/v1/secrets`: values that calls of the tenant's tools, MCP servers and models use by name.
 * They are stored encrypted, and no response, audit entry or log contains one.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { providerOfSecret } from "../../run/spec/secret.ts";
import {
  MAX_SECRETS,
  type SealedSecretRow,
  type SecretChange,
  type SecretRow,
} from "../../store/tenant-secrets.ts";
import type { ApiDeps, ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { fieldProblem, Problem } from "../http/problem.ts";
import { ConditionalResource, etagOf } from "../http/versioned.ts";
import * as operations from "./operations.ts";
import type { SecretJson } from "./schemas.ts";

/** Adds the routes of secrets to an app. */
export function secretRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.setRoute, set);
  app.openapi(operations.removeRoute, remove);
}

const SECRETS = new ConditionalResource<SealedSecretRow>({
  noun: "a secret",
  current: ({ tenantSecrets }, tenantId, name) => tenantSecrets.get(tenantId, name),
});

const ORDER = { noun: "secret", keyOf: ({ name }: SecretRow) => name };

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const all = await deps.tenantSecrets.list(caller.tenantId);
  const query = c.req.valid("query");
  const { data, next_cursor } = await memoryPageOf(deps, caller, all, query, ORDER);
  return c.json({ data: data.map(secretJson), next_cursor }, 200);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const row = await SECRETS.current(c.var, c.req.valid("param").name);
  c.header("ETag", etagOf(row));
  return c.json(secretJson(row), 200);
};

const set: ApiHandler<typeof operations.setRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  const { value, hosts } = c.req.valid("json");
  checkSettable(deps, name, hosts ?? null);
  const wanted = { value, hosts: hosts ?? null };
  const came = await changed(c.var, name, wanted, c.req.header("If-Match"));
  if (came !== null) {
    c.header("ETag", etagOf(came));
    return c.json(secretJson(came), 200);
  }
  const change = await sealed(deps, caller.tenantId, name, wanted);
  const made = await deps.tenantSecrets.insert(caller.tenantId, name, change, actorOf(c.var));
  if (made !== null) {
    c.header("Location", `/api/v1/secrets/${name}`);
    c.header("ETag", etagOf(made));
    return c.json(secretJson(made), 201);
  }
  // A concurrent request may have created it.
  const again = await deps.tenantSecrets.change(
    caller.tenantId,
    name,
    change,
    null,
    actorOf(c.var),
  );
  if (again === null) {
    throw new Problem("too_many_secrets", `A tenant can have at most ${MAX_SECRETS} secrets.`);
  }
  c.header("ETag", etagOf(again));
  return c.json(secretJson(again), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  const expected = await SECRETS.expected(c.var, name, c.req.header("If-Match"));
  if (!(await deps.tenantSecrets.remove(caller.tenantId, name, expected, actorOf(c.var)))) {
    throw await SECRETS.missed(c.var, name);
  }
  return c.body(null, 204);
};

/** A value to store, and the hosts it may be sent to. */
interface Wanted {
  readonly value: string;
  readonly hosts: readonly string[] | null;
}

/**
 * Replaces the value of an existing secret, unless it is stored already. Returns null if there is
 * no such secret and any version is accepted.
 * @throws Problem if it has another version than expected
 */
async function changed(
  request: RequestContext,
  name: string,
  wanted: Wanted,
  ifMatch: string | undefined,
): Promise<SecretRow | null> {
  const { deps, caller } = request;
  const { tenantId } = caller;
  const expected = await SECRETS.expected(request, name, ifMatch);
  const current = await deps.tenantSecrets.get(tenantId, name);
  if (current === null) {
    if (ifMatch !== undefined) {
      throw SECRETS.notFound(name);
    }
    return null;
  }
  if (await isStored(deps, tenantId, current, wanted)) {
    if (expected !== null && etagOf(expected) !== etagOf(current)) {
      throw SECRETS.changed(name, current);
    }
    return current;
  }
  const change = await sealed(deps, tenantId, name, wanted);
  const row = await deps.tenantSecrets.change(tenantId, name, change, expected, actorOf(request));
  if (row === null && ifMatch !== undefined) {
    throw await SECRETS.missed(request, name);
  }
  return row;
}

async function isStored(
  { vault }: ApiDeps,
  tenantId: string,
  { name, sealed: text, hosts }: SealedSecretRow,
  wanted: Wanted,
): Promise<boolean> {
  return (
    JSON.stringify(hosts) === JSON.stringify(wanted.hosts) &&
    (await vault.open(tenantId, name, text)) === wanted.value
  );
}

async function sealed(
  { vault }: ApiDeps,
  tenantId: string,
  name: string,
  { value, hosts }: Wanted,
): Promise<SecretChange> {
  return { sealed: await vault.seal(tenantId, name, value), hosts };
}

/** @throws Problem if the deployment cannot store secrets, or the name is reserved for something else */
function checkSettable(
  { vault, config }: ApiDeps,
  name: string,
  hosts: readonly string[] | null,
): void {
  const provider = providerOfSecret(name);
  if (provider !== null && !config.keyedProviders.has(provider)) {
    const known = [...config.keyedProviders.keys()].join(", ");
    throw fieldProblem("validation_failed", "/name", `must name one of the providers ${known}`);
  }
  if (provider !== null && hosts !== null) {
    const detail = "cannot be there: the key is sent to its provider only";
    throw fieldProblem("validation_failed", "/hosts", detail);
  }
  if (!vault.kept) {
    throw new Problem(
      "encryption_unavailable",
      "Secrets need the setting OPSPAWN_ENCRYPTION_KEY, which is not set.",
    );
  }
}

function secretJson({
  name,
  version,
  hosts,
  created_at,
  updated_at,
  last_used_on,
}: SecretRow): SecretJson {
  return {
    name,
    version,
    hosts: hosts === null ? null : [...hosts],
    created_at,
    updated_at,
    last_used_on,
  };
}
