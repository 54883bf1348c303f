/** Resolves a server's definition: its URL and headers with their secrets. */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { SchemaDefect } from "../../run/spec/catalogue.ts";
import { ToolStop } from "../../run/value/failure.ts";
import {
  headerDefect,
  referencesOf,
  SECRET_REFERENCE,
  VARIABLE_REFERENCE,
} from "../../run/spec/header-defect.ts";
import { canonicalJson } from "../../run/value/json.ts";
import { MCP_HEADERS, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { HostRules } from "../fetch/host-rules.ts";
import { filledHeaders, fillerOf } from "../tools/registered/secrets.ts";
import type { SecretLookup } from "../tools/tool.ts";

/** The secrets for a deployment's servers and for those of its tenants. */
export interface ServerSecrets {
  /** Returns the value of `${NAME}` in the deployment's own servers. */
  readonly variable: (name: string) => string | null;
  /** Returns the values of `${secret:NAME}` in a tenant's servers. */
  readonly secretsOf: (tenantId: string) => SecretLookup;
}

/** A server with its secrets inserted. */
export interface ResolvedServer {
  readonly url: string;
  readonly headers: Headers;
  readonly clientSecret: string | null;
  /** Removes the secrets that were sent to the server from its messages. */
  readonly hide: (text: string) => string;
}

/**
 * Inserts the secrets of a definition.
 * @throws ToolStop `secret_missing`, with the name of the secret; `url_refused`
 */
export async function resolveServer(
  definition: McpServerDefinition,
  tenantId: string,
  { variable, secretsOf }: ServerSecrets,
): Promise<ResolvedServer> {
  const own = definition.source === "deployment";
  const secret = definition.oauth?.client_secret;
  const host = URL.parse(definition.url)?.host ?? "";
  const templates = [
    ...Object.values(definition.headers),
    ...(secret === undefined ? [] : [secret]),
  ];
  const filler = own
    ? await fillerOf([definition.url, ...templates], VARIABLE_REFERENCE, (name) =>
        Promise.resolve(variable(name)),
      )
    : await fillerOf(templates, SECRET_REFERENCE, (name) => secretsOf(tenantId).find(name, host));
  const url = own ? filler.fill(definition.url) : definition.url;
  if (!URL.canParse(url)) {
    throw new ToolStop("url_refused", `The address of the MCP server ${definition.name} is none.`);
  }
  return {
    url,
    headers: filledHeaders(definition.headers, filler),
    clientSecret: secret === undefined ? null : filler.fill(secret),
    hide: filler.hide,
  };
}

/** Returns all defects of a tenant's server; empty if it can be used. */
export function serverDefects(definition: McpServerDefinition, rules: HostRules): SchemaDefect[] {
  const { url, headers, oauth } = definition;
  const secret = oauth?.client_secret;
  const authorization = Object.keys(headers).find((name) => /^authorization$/i.test(name));
  return [
    ...urlDefects(url, rules),
    ...Object.entries(headers).flatMap(([name, value]) => {
      const detail = headerDefect(name, value, SECRET_REFERENCE, MCP_HEADERS);
      return detail === null ? [] : [{ pointer: `/headers/${name}`, detail }];
    }),
    ...(oauth !== undefined && authorization !== undefined
      ? [{ pointer: `/headers/${authorization}`, detail: "cannot be there with oauth" }]
      : []),
    ...(secret === undefined || referencesOf(secret, SECRET_REFERENCE).length > 0
      ? []
      : [
          {
            pointer: "/oauth/client_secret",
            detail: `must name its secret as ${SECRET_REFERENCE.written}`,
          },
        ]),
  ];
}

function urlDefects(url: string, rules: HostRules): SchemaDefect[] {
  const pointer = "/url";
  if (url.includes("${")) {
    return [{ pointer, detail: "cannot hold a secret: addresses are logged everywhere" }];
  }
  const detail = rules.defect(url);
  return detail === null ? [] : [{ pointer, detail }];
}

/** Returns the key that a listing depends on. A catalogue with another key is of another server. */
export function catalogueKey({ url, headers, source, oauth }: McpServerDefinition): string {
  return sha256Hex(canonicalJson({ url, headers, source, client: oauth?.client_id ?? null }));
}
