/** Zod schemas of MCP servers; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import {
  DEFAULT_MCP_TIMEOUT_MS,
  MCP_EFFECTS,
  MCP_SERVER_NAME,
  OAUTH_GRANTS,
} from "../../run/spec/mcp-server.ts";
import { APPROVALS } from "../../run/spec/tool-definition.ts";
import { listOf } from "../schemas.ts";
import { type Examples, AT, LATER } from "../openapi/examples.ts";

const MAX_TIMEOUT_MS = 600_000;

const name = z
  .string()
  .regex(MCP_SERVER_NAME, "must be 1 to 40 letters, digits, _ or -, and begin with none of these")
  .openapi({
    description: "Identifies the server, and begins the names of its tools: `<name>.<tool>`.",
    example: "docs",
  });

const oauth = z
  .strictObject({
    client_id: z.string().min(1).max(2048).optional().openapi({
      description:
        "A registered client, or the https URL of a client metadata document. Default: the service registers itself.",
    }),
    client_secret: z.string().min(1).max(256).optional().openapi({
      description: "Refers to a secret of the deployment as `${secret:NAME}`.",
    }),
    scope: z.string().min(1).max(2048).optional().openapi({
      description: "Default: the scope that the server asks for.",
    }),
    grant: z.enum(OAUTH_GRANTS).optional().openapi({
      description: "`client_credentials`: no consent in a browser is needed.",
    }),
  })
  .openapi("McpOAuth", { description: "How the service authorizes with the server." });

const fields = {
  url: z.string().min(1).max(2048).openapi({
    description: "The endpoint of the server (Streamable HTTP).",
    example: "https://mcp.example.com/mcp",
  }),
  headers: z
    .record(z.string(), z.string().max(4096))
    .refine((headers) => Object.keys(headers).length <= 32, "may be 32 headers")
    .default({})
    .openapi({ description: "Values refer to secrets of the deployment as `${secret:NAME}`." }),
  enabled: z.boolean().default(true).describe("A disabled server is not used by new tasks."),
  timeout_ms: z.number().int().min(10).max(MAX_TIMEOUT_MS).default(DEFAULT_MCP_TIMEOUT_MS).openapi({
    description: "Timeout of each request, in milliseconds.",
  }),
  effects: z
    .record(z.string().min(1).max(128), z.enum(MCP_EFFECTS))
    .refine((effects) => Object.keys(effects).length <= 200, "may be 200 patterns")
    .default({})
    .openapi({
      description:
        "What a second call of a tool would do, by the server's own tool name or a pattern with `*`.",
      example: { search: "pure" },
    }),
  trust_annotations: z.boolean().default(false).openapi({
    description: "Whether to trust the server's own hints about effects.",
  }),
  approval: z
    .enum(APPROVALS)
    .default("never")
    .describe("`always`: a person must approve each call of its tools."),
  oauth: oauth.optional(),
};

export const createBody = z.strictObject({ name, ...fields }).openapi("CreateMcpServer");
export const replaceBody = z
  .strictObject({ name: name.optional(), ...fields })
  .openapi("ReplaceMcpServer");
export type ServerBody = Omit<z.output<typeof replaceBody>, "name" | "enabled">;
export const enableBody = z
  .strictObject({ enabled: z.boolean().describe("Whether new tasks can use the server.") })
  .openapi("EnableMcpServer");

export const serverPath = z.object({
  name: z.string().openapi({
    param: { name: "name", in: "path" },
    description: "The name of the server.",
    example: "docs",
  }),
});

export const ifMatch = z.object({
  "if-match": z.string().max(1024).optional().openapi({
    description: "The `ETag` that the server must have.",
  }),
});

const problem = z
  .object({
    name: z.string().describe("The server's own name of the tool; `*` for many."),
    reason: z.string().describe("Why it was left out, or what was changed."),
  })
  .openapi("McpProblem", { description: "A tool that was left out or changed; `*` for many." });

const health = z
  .object({
    status: z
      .enum(["unknown", "ok", "down", "unauthorized"])
      .describe("The outcome of the last attempt to list its tools."),
    code: z
      .string()
      .nullable()
      .openapi({ description: "The code of the failure, as for a tool call." }),
    message: z.string().nullable().describe("The failure, for people."),
    checked_at: z.string().nullable().describe("When the server was last contacted, RFC 3339."),
    tools: z.number().int().nullable().openapi({ description: "null if never listed." }),
    problems: z.number().int().openapi({ description: "Tools that were left out or changed." }),
    expires_at: z.string().nullable().openapi({
      description: "When the cached tool list expires.",
    }),
  })
  .openapi("McpHealth", {
    description: "The outcome of the last attempt to list the tools of a server.",
  });
export type HealthJson = z.output<typeof health>;

export const server = z
  .object({
    name: z.string().describe("The name of the server."),
    source: z.enum(["deployment", "tenant"]).describe("Who registered the server."),
    version: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "null for a server of the deployment." }),
    enabled: z.boolean().describe("Whether new tasks can use the server."),
    url: z.string().describe("The endpoint of the server."),
    headers: z.record(z.string(), z.string()).describe("Headers, with secrets by name only."),
    timeout_ms: z.number().int().describe("Timeout of each request, in milliseconds."),
    effects: z
      .record(z.string(), z.string())
      .describe("What a second call of a tool would do, by its name or a pattern with `*`."),
    trust_annotations: z
      .boolean()
      .describe("Whether the server's own hints about effects are trusted."),
    approval: z.enum(APPROVALS).describe("`always`: a person must approve each call of its tools."),
    oauth: z
      .object({
        client_id: z.string().optional().describe("The registered client."),
        client_secret: z.string().optional().describe("Its secret, by name only."),
        scope: z.string().optional().describe("The requested scope."),
        grant: z.enum(OAUTH_GRANTS).optional().describe("The grant that is used."),
      })
      .optional()
      .openapi({ description: "How the service authorizes with the server." }),
    health,
    created_at: z.string().optional().describe("When the server was registered, RFC 3339."),
    updated_at: z.string().optional().describe("When its latest version was created, RFC 3339."),
  })
  .openapi("McpServer");
export type ServerJson = z.output<typeof server>;

export const serverList = listOf(server).openapi("McpServerList");

export const toolsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(1000))
    .optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description: "Maximum number of tools on the page. Default: 100.",
    }),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, "is not a cursor of this list")
    .optional()
    .openapi({ description: "The `next_cursor` of the previous page. Absent: the first page." }),
});

const mcpTool = z
  .object({
    name: z.string().openapi({ description: "The server's own name of the tool." }),
    call_as: z.string().openapi({
      description: "The name of the tool in a run.",
      example: "docs.search",
    }),
    description: z.string().describe("What the tool does, in the server's words: untrusted."),
    input_schema: z.record(z.string(), z.any()).describe("JSON Schema of the arguments."),
    output_schema: z
      .record(z.string(), z.any())
      .nullable()
      .describe("JSON Schema of the output; null if the server names none."),
    annotations: z
      .record(z.string(), z.boolean())
      .nullable()
      .describe("The server's hints about effects."),
  })
  .openapi("McpTool");

export const toolPage = listOf(mcpTool)
  .extend({
    total: z.number().int().openapi({ description: "Number of tools on all pages." }),
    fetched_at: z
      .string()
      .nullable()
      .describe("When the tools were listed, RFC 3339; null if never."),
    expires_at: z.string().nullable().describe("When the cached tool list expires, RFC 3339."),
    instructions: z
      .string()
      .nullable()
      .describe("The server's instructions for models: untrusted."),
    problems: z
      .array(problem)
      .describe("Tools that were left out or changed; the first ones if there are many."),
    problem_count: z.number().int().describe("Number of tools that were left out or changed."),
  })
  .openapi("McpToolPage");
export type ToolPageJson = z.output<typeof toolPage>;

export const authorization = z
  .object({
    authorized: z.boolean().describe("Whether the service holds a valid token."),
    authorization_url: z.string().optional().openapi({
      description: "The URL that the user opens in a browser.",
    }),
    expires_at: z.string().optional().describe("When the URL expires, RFC 3339."),
  })
  .openapi("McpAuthorization");

const returned = (description: string) => z.string().max(8192).optional().openapi({ description });

export const callbackQuery = z.looseObject({
  code: returned("The authorization code."),
  state: returned("Identifies the authorization that this request finishes."),
  iss: returned("The authorization server."),
  error: returned("Why the authorization server refused."),
});

const exampleBody = {
  url: "https://mcp.example.com/mcp",
  headers: { "X-Client": "opspawn" },
  effects: { search: "pure" },
};

const exampleHealth = {
  status: "ok",
  code: null,
  message: null,
  checked_at: AT,
  tools: 3,
  problems: 0,
  expires_at: LATER,
};

const exampleServer = {
  ...exampleBody,
  name: "docs",
  source: "tenant",
  version: 1,
  enabled: true,
  timeout_ms: 60_000,
  trust_annotations: false,
  approval: "never",
  health: exampleHealth,
  created_at: AT,
  updated_at: AT,
};

/** Examples by schema name. */
export const examples: Examples = {
  CreateMcpServer: { name: "docs", ...exampleBody },
  ReplaceMcpServer: exampleBody,
  EnableMcpServer: { enabled: false },
  McpServer: exampleServer,
  McpServerList: { data: [exampleServer], next_cursor: null },
  McpToolPage: {
    data: [
      {
        name: "search",
        call_as: "docs.search",
        description: "Searches the documentation.",
        input_schema: { type: "object", properties: { query: { type: "string" } } },
        output_schema: null,
        annotations: { readOnlyHint: true },
      },
    ],
    total: 1,
    next_cursor: null,
    fetched_at: AT,
    expires_at: LATER,
    instructions: null,
    problems: [],
    problem_count: 0,
  },
  McpAuthorization: {
    authorized: false,
    authorization_url: "https://login.example.com/authorize?state=…",
    expires_at: LATER,
  },
};
