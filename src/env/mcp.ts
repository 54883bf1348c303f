/** Parses the MCP servers setting and resolves the variables that it references. */
import { z } from "zod";
import { headerDefect, referencesOf, VARIABLE_REFERENCE } from "../run/spec/header-defect.ts";
import {
  DEFAULT_MCP_TIMEOUT_MS,
  MAX_MCP_SERVERS,
  MCP_EFFECTS,
  MCP_HEADERS,
  MCP_SERVER_NAME,
  type McpServerDefinition,
  OAUTH_GRANTS,
} from "../run/spec/mcp-server.ts";
import { APPROVALS } from "../run/spec/tool-definition.ts";
import { defined } from "../run/value/defined.ts";
import { isJsonObject } from "../run/value/json.ts";
import { parseJson } from "./shapes.ts";

/** An MCP server that the deployment configures. */
export interface ConfiguredMcpServer {
  readonly definition: McpServerDefinition;
  readonly enabled: boolean;
  /** Tenants that may use it. Absent: all. */
  readonly tenants?: readonly string[];
}

/** A URL, or text that contains `${NAME}`. */
const urlTemplate = z
  .string()
  .max(2048)
  .refine(
    (value) =>
      referencesOf(value, VARIABLE_REFERENCE).length > 0 ||
      z.url({ protocol: /^https?$/ }).safeParse(value).success,
    "must be an http or https URL",
  )
  .refine(wellFormed, "names a variable as ${NAME}");

function wellFormed(template: string): boolean {
  return !template.replaceAll(VARIABLE_REFERENCE.pattern, "").includes("${");
}

const mcpHeaders = z.record(z.string(), z.string().max(4096)).superRefine((headers, ctx) => {
  for (const [name, value] of Object.entries(headers)) {
    const defect = headerDefect(name, value, VARIABLE_REFERENCE, MCP_HEADERS);
    if (defect !== null) {
      ctx.addIssue({ code: "custom", path: [name], message: defect });
    }
  }
});

const mcpServer = z
  .strictObject({
    url: urlTemplate,
    headers: mcpHeaders.default({}),
    enabled: z.boolean().default(true),
    timeout_ms: z.number().int().min(10).max(600_000).default(DEFAULT_MCP_TIMEOUT_MS),
    effects: z.record(z.string(), z.enum(MCP_EFFECTS)).default({}),
    trust_annotations: z.boolean().default(false),
    approval: z.enum(APPROVALS).default("never"),
    oauth: z.exactOptional(
      z.strictObject({
        client_id: z.exactOptional(z.string()),
        client_secret: z.exactOptional(
          z
            .string()
            .refine(
              (value) => wellFormed(value) && referencesOf(value, VARIABLE_REFERENCE).length > 0,
              "must name a secret as ${NAME}",
            ),
        ),
        scope: z.exactOptional(z.string()),
        grant: z.exactOptional(z.enum(OAUTH_GRANTS)),
      }),
    ),
    /** Tenants that may use it. Absent: all. */
    tenants: z.exactOptional(z.array(z.string())),
  })
  .refine(
    ({ oauth, headers }) =>
      oauth === undefined || !Object.keys(headers).some((name) => /^authorization$/i.test(name)),
    { path: ["headers"], message: "cannot hold Authorization where there is oauth" },
  );

/**
 * The setting OPSPAWN_MCP_SERVERS: JSON, or a table from `wrangler.toml`. An outer `mcp_servers`
 * key is optional.
 */
export const mcpTable = z
  .unknown()
  .transform((value, ctx): unknown => {
    const parsed = typeof value === "string" ? parseJson(value.trim() || "{}") : value;
    if (!isJsonObject(parsed)) {
      ctx.issues.push({ code: "custom", message: "it must be a JSON object", input: undefined });
      return z.NEVER;
    }
    const { mcp_servers: inner, ...others } = parsed;
    const wrapped = isJsonObject(inner) && typeof inner["url"] !== "string";
    return wrapped && Object.keys(others).length === 0 ? inner : parsed;
  })
  .pipe(
    z
      .record(
        z.string().regex(MCP_SERVER_NAME, "a name has up to 40 letters, digits, _ and -"),
        mcpServer,
      )
      .refine(
        (servers) => Object.keys(servers).length <= MAX_MCP_SERVERS,
        `there may be ${MAX_MCP_SERVERS} servers`,
      ),
  )
  .default({});

/** Returns the configured servers by name. */
export function mcpServersOf(servers: z.infer<typeof mcpTable>): Map<string, ConfiguredMcpServer> {
  return new Map(
    Object.entries(servers).map(([name, { enabled, tenants, ...rest }]) => [
      name,
      {
        definition: { name, source: "deployment", ...rest },
        enabled,
        ...defined({ tenants }),
      },
    ]),
  );
}

/**
 * Returns a function that reads a variable that one of these servers references. It returns null
 * for any other variable and for one that is not set.
 */
export function variablesOf(
  servers: ReadonlyMap<string, ConfiguredMcpServer>,
  env: object,
): (name: string) => string | null {
  const named = new Set(
    [...servers.values()].flatMap(({ definition: { url: address, headers, oauth } }) =>
      [address, ...Object.values(headers), oauth?.client_secret ?? ""].flatMap((template) =>
        referencesOf(template, VARIABLE_REFERENCE),
      ),
    ),
  );
  return (name) => {
    const value: unknown = named.has(name) ? Reflect.get(env, name) : null;
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  };
}
