/**
 * Who may import whom: the table of ARCHITECTURE.md as rules, checked by `npm run check`.
 * What a layer's row does not name is forbidden to it; imports of types count. A file of `src/`
 * that belongs to no row may import nothing, so that a new folder needs a decision.
 */
import visitors from "@swc/core/Visitor.js";

// The parser knows `using`; what walks over its result does not, and stops there.
// oxlint-disable-next-line typescript/no-deprecated -- it is what dependency-cruiser uses
const walker = visitors.Visitor.prototype;
const { visitStatement } = walker;
walker.visitStatement = function visit(statement) {
  if (statement.type === "UsingDeclaration") {
    statement.decls = this.visitVariableDeclarators(statement.decls);
    return statement;
  }
  return visitStatement.call(this, statement);
};

const within = (...paths) => paths.map((path) => `^src/${path}`);
const npm = (...names) => names.map((name) => `(^|node_modules/)${name}(/|$)`);

const domain = within("run/");
const ports = within(
  "agent/llm/client[.]ts$",
  "agent/tools/(tool|registry|invoke)[.]ts$",
  "agent/fetch/guarded-fetch[.]ts$",
);
const observe = within("observe[.]ts$");
/** Sealing and signing: functions over texts and keys, for whoever has both. */
const crypto = within("crypto/");
const web = [
  ...domain,
  ...within(
    "queue/(webhook-)?message[.]ts$",
    "durable/(rpc|ledger-rpc|platform-error)[.]ts$",
    "store/",
    "env[.]ts$",
  ),
  ...observe,
  ...crypto,
  ...npm("hono", "@hono/zod-openapi", "zod"),
  // The version that the service tells.
  "^package[.]json$",
];

/** What REST shares with the other fronts: no routes, no HTTP. */
const useCases = within(
  "api/(context|schemas)[.]ts$",
  "api/http/(auth|body|problem|validation)[.]ts$",
  "api/tasks/(commands|list|run-follower|submit|view)[.]ts$",
);

/** Files of a layer, and what they may import besides each other. */
const layers = [
  { name: "run", files: domain, may: npm("zod", "uuid") },
  { name: "crypto", files: crypto, may: [] },
  {
    name: "agent",
    files: within("agent/[^/]+$"),
    // Node's own hash: the digest of a request must not wait for anything.
    may: [...domain, ...ports, ...observe, "^crypto$"],
  },
  { name: "planners", files: within("agent/planners/"), may: [...domain, ...ports, ...observe] },
  {
    name: "llm",
    files: within("agent/llm/"),
    may: [
      ...within("run/(message|picture|failure|script|json|price)[.]ts$"),
      ...npm("openai", "@anthropic-ai/sdk", "@google/genai"),
    ],
  },
  { name: "fetch", files: within("agent/fetch/"), may: domain },
  {
    name: "tools",
    files: within("agent/tools/"),
    may: [
      ...domain,
      ...within("agent/fetch/"),
      ...npm(
        "mathjs",
        "@cfworker/json-schema",
        "zod",
        "linkedom",
        "@mozilla/readability",
        "turndown",
        "acorn",
        "sucrase",
      ),
    ],
  },
  {
    name: "mcp",
    files: within("agent/mcp/"),
    may: [
      ...domain,
      ...crypto,
      ...within(
        "agent/tools/(tool|registry|schema-defect|schema-refs|json-schema|secrets)[.]ts$",
        "agent/fetch/",
      ),
      ...npm("@modelcontextprotocol/sdk", "@cfworker/json-schema", "zod"),
      // The version that servers are told, and hashes that must not wait for anything.
      "^package[.]json$",
      "^crypto$",
    ],
  },
  {
    name: "memory",
    files: within("agent/memory/"),
    may: [...domain, ...within("agent/tools/tool[.]ts$"), ...npm("zod")],
  },
  {
    name: "durable",
    files: within("durable/"),
    may: [
      ...domain,
      ...within("agent/", "store/", "deps[.]ts$", "env[.]ts$"),
      ...observe,
      "^cloudflare:workers$",
    ],
  },
  { name: "store", files: within("store/"), may: domain },
  {
    name: "queue",
    files: within("queue/"),
    may: [
      ...domain,
      ...within("durable/(rpc|platform-error)[.]ts$", "store/"),
      ...observe,
      ...crypto,
    ],
  },
  {
    name: "api",
    files: within("api/"),
    // The digest of a key or a request; nothing else of Node.
    may: [...web, ...npm("@modelcontextprotocol/sdk"), "^crypto$"],
  },
  {
    name: "grpc",
    files: within("grpc/"),
    may: [...web, ...useCases, ...npm("@connectrpc/connect", "@bufbuild/protobuf")],
  },
  {
    name: "deps",
    files: within("deps[.]ts$"),
    may: within("(?!api/|grpc/|queue/|index[.]ts$|durable/agent-run[.]ts$)"),
  },
  { name: "env", files: within("env[.]ts$"), may: [...domain, ...npm("zod")] },
  { name: "observe", files: observe, may: domain },
  { name: "index", files: within("index[.]ts$"), may: within("") },
];

const cloudflare = "^cloudflare:";

export default {
  forbidden: [
    ...layers.map(({ name, files, may }) => ({
      name: `${name}-imports`,
      comment: `${name} imports something that its row of the import table does not name.`,
      severity: "error",
      from: { path: files },
      to: { pathNot: [...files, ...may, cloudflare], couldNotResolve: false },
    })),
    {
      name: "cloudflare-at-the-edge",
      comment: "cloudflare:* appears only in src/durable/ and src/index.ts.",
      severity: "error",
      from: { path: "^src/", pathNot: within("durable/", "index[.]ts$") },
      to: { path: cloudflare },
    },
    {
      name: "no-layer",
      comment: "A file of src/ without a row in the import table.",
      severity: "error",
      from: { path: "^src/", pathNot: layers.flatMap(({ files }) => files) },
      to: {},
    },
    {
      name: "src-stands-alone",
      comment: "What is deployed does not need what tests, measures or runs it.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts|sdk)/" },
    },
    {
      name: "sdk-runs-everywhere",
      comment: 'What `import "opspawn"` loads needs no package and nothing of Node.',
      severity: "error",
      from: { path: "^sdk/src/(?!cli/)" },
      to: { pathNot: "^sdk/src/(?!cli/)", couldNotResolve: false },
    },
    {
      name: "cli-needs-no-package",
      comment:
        "The command line needs the SDK and Node, and nothing that would be installed with it.",
      severity: "error",
      from: { path: "^sdk/src/cli/" },
      to: { pathNot: "^sdk/src/", dependencyTypesNot: ["core"], couldNotResolve: false },
    },
    {
      name: "no-circular",
      comment: "Two modules that need each other are one module, or three.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "not-resolved",
      comment: "An import that the checker cannot follow is one that it cannot judge.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: cloudflare },
    },
  ],
  options: {
    // The parser for TypeScript needs its compiler's old API: with TypeScript 7 it finds nothing.
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    // What a killed wrangler leaves behind is no module of ours.
    exclude: { path: ["^src/worker-env[.]d[.]ts$", "(^|/)[.]wrangler/"] },
    enhancedResolveOptions: {
      extensions: [".ts", ".mts", ".d.ts", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["workerd", "worker", "import", "node", "types", "default"],
    },
  },
};
