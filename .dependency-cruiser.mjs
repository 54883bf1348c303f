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
const observe = within("observe[.]ts$");
/** Time limits and sleeps; all may use them but `run/`, which has no clock. */
const timing = within("timing[.]ts$");
const settings = within("env/");
/** Sealing, signing and hashing: functions over texts and keys. */
const crypto = within("crypto/");

/** The ports that a run's loop works with, and what it does to a call before and after it. */
const ports = within(
  "agent/llm/client[.]ts$",
  "agent/tools/(tool|registry|prepare|invoke|call-clock)[.]ts$",
  "agent/fetch/guarded-fetch[.]ts$",
);
/** The ports of the objects, as others call them. */
const objects = within(
  "durable/(run|ledger|feed|timetable|memory|file|gate)/rpc[.]ts$",
  "durable/platform-error[.]ts$",
);
const messages = within("queue/(tasks|webhooks)/message[.]ts$");

const web = [
  ...domain,
  ...messages,
  ...objects,
  ...within("store/"),
  ...settings,
  ...observe,
  ...crypto,
  ...npm("hono", "@hono/zod-openapi", "zod"),
  // The version that the service reports.
  "^package[.]json$",
];

/** A folder of the API, and the folders of the API that it may import besides itself. */
const feature = (name, ...others) => ({
  name: `api/${name}`,
  files: within(`api/${name}/`),
  may: [
    ...web,
    ...within("api/context[.]ts$", "api/schemas[.]ts$", "api/(http|openapi)/"),
    ...within(...others.map((other) => `api/${other}/`)),
  ],
});

/** What REST shares with the other fronts: no routes, no HTTP. */
const useCases = within(
  "api/(context|schemas)[.]ts$",
  "api/http/(auth|body|problem|trace-context|validation|versioned)[.]ts$",
  "api/tasks/(changes|commands|list|run-follower|schemas|submit|view)[.]ts$",
);

/** Files of a layer, and what they may import besides each other. */
const layers = [
  // The domain: value <- spec <- log <- decide.
  { name: "run/value", files: within("run/value/"), may: npm("zod", "uuid") },
  { name: "run/spec", files: within("run/spec/"), may: [...within("run/value/"), ...npm("zod")] },
  {
    name: "run/schedule",
    files: within("run/schedule/"),
    may: [...within("run/(value|spec)/"), ...npm("zod", "croner")],
  },
  {
    name: "run/memory",
    files: within("run/memory/"),
    may: [...within("run/(value|spec)/"), ...npm("zod")],
  },
  {
    name: "run/log",
    files: within("run/log/"),
    may: [...within("run/(value|spec|memory)/"), ...npm("zod")],
  },
  {
    name: "run/decide",
    files: within("run/decide/"),
    may: [...within("run/(value|spec|memory|log)/"), ...npm("zod")],
  },
  {
    name: "run/trace",
    files: within("run/trace/"),
    may: [...within("run/(value|spec|log)/"), ...npm("@bufbuild/protobuf", "zod")],
  },
  { name: "crypto", files: crypto, may: ["^crypto$"] },
  { name: "observe", files: observe, may: domain },
  { name: "timing", files: timing, may: [] },
  {
    name: "env",
    files: settings,
    may: [...domain, ...within("agent/llm/endpoint[.]ts$"), ...npm("zod")],
  },
  {
    name: "agent/loop",
    files: within("agent/loop/"),
    // Node's own hash: the digest of a request must not wait for anything.
    may: [...domain, ...ports, ...observe, "^crypto$"],
  },
  {
    name: "agent/planners",
    files: within("agent/planners/"),
    may: [...domain, ...ports, ...observe],
  },
  {
    name: "agent/llm",
    files: within("agent/llm/[^/]+$"),
    may: [
      ...within("run/(value|spec)/"),
      // Only what chooses a provider knows them all.
      ...within("agent/llm/[^/]+/[^/]+[.]ts$"),
      // The reader of streams, for all protocols.
      ...npm("eventsource-parser"),
    ],
  },
  ...["openai", "anthropic", "google", "local"].map((protocol) => ({
    name: `agent/llm/${protocol}`,
    files: within(`agent/llm/${protocol}/`),
    may: [
      ...within("run/(value|spec)/", "agent/llm/(?!providers)[^/]+$"),
      ...{
        openai: npm("openai"),
        anthropic: npm("@anthropic-ai/sdk"),
        google: npm("@google/genai"),
        local: [],
      }[protocol],
    ],
  })),
  { name: "agent/fetch", files: within("agent/fetch/"), may: domain },
  {
    name: "agent/tools",
    files: within("agent/tools/[^/]+$"),
    may: [
      ...domain,
      ...within("agent/fetch/", "agent/tools/(built-in|code|schema|tasks|memory)/"),
      ...npm("zod"),
    ],
  },
  {
    name: "agent/tools/schema",
    files: within("agent/tools/schema/"),
    may: [...domain, ...within("agent/tools/tool[.]ts$"), ...npm("@cfworker/json-schema")],
  },
  {
    name: "agent/tools/built-in",
    files: within("agent/tools/built-in/"),
    may: [
      ...domain,
      ...within("agent/fetch/", "agent/tools/tool[.]ts$"),
      ...npm("zod", "linkedom", "@mozilla/readability", "turndown"),
    ],
  },
  {
    name: "agent/tools/tasks",
    files: within("agent/tools/tasks/"),
    may: [...domain, ...within("agent/tools/tool[.]ts$"), ...npm("zod"), "^crypto$"],
  },
  {
    name: "agent/tools/memory",
    files: within("agent/tools/memory/"),
    may: [...domain, ...within("agent/tools/tool[.]ts$"), ...npm("zod")],
  },
  {
    name: "agent/tools/code",
    files: within("agent/tools/code/"),
    may: [
      ...domain,
      ...within("agent/tools/tool[.]ts$", "agent/tools/schema/"),
      ...npm("acorn", "sucrase", "zod"),
    ],
  },
  {
    name: "agent/tools/registered",
    files: within("agent/tools/registered/"),
    may: [
      ...domain,
      ...within("agent/fetch/", "agent/tools/(tool|redact)[.]ts$", "agent/tools/(schema|code)/"),
      ...npm("zod"),
    ],
  },
  {
    name: "agent/mcp",
    files: within("agent/mcp/"),
    may: [
      ...domain,
      ...crypto,
      ...within(
        "agent/tools/(tool|registry|redact)[.]ts$",
        "agent/tools/schema/",
        "agent/tools/registered/secrets[.]ts$",
        "agent/fetch/",
      ),
      ...npm("@modelcontextprotocol/sdk", "@cfworker/json-schema", "zod"),
      // The version that the client reports, and a hash that must not wait for anything.
      "^package[.]json$",
      "^crypto$",
    ],
  },
  {
    name: "durable",
    files: within("durable/"),
    may: [
      ...domain,
      ...within("agent/", "store/"),
      ...settings,
      ...observe,
      "^cloudflare:workers$",
      "^crypto$",
    ],
  },
  { name: "store", files: within("store/"), may: domain },
  {
    name: "queue",
    files: within("queue/"),
    may: [...domain, ...objects, ...within("store/"), ...observe, ...crypto],
  },
  // The API, in the order in which its features build on each other.
  {
    name: "api/http",
    files: within("api/(http|openapi)/|api/(context|schemas)[.]ts$"),
    may: web,
  },
  feature("tools"),
  feature("mcp-servers"),
  feature("webhooks"),
  feature("keys"),
  feature("secrets"),
  feature("load"),
  feature("telemetry", "webhooks", "tasks"),
  feature("agents", "tools", "mcp-servers"),
  { ...feature("attachments"), may: [...feature("attachments").may, "^crypto$"] },
  feature("tasks", "agents", "webhooks", "attachments"),
  feature("inbox", "tasks"),
  feature("feed", "tasks"),
  feature("hooks", "tasks", "webhooks"),
  feature("schedules", "tasks"),
  feature("conversations", "tasks"),
  feature("memory"),
  feature("subjects", "memory", "tasks"),
  feature("usage"),
  {
    ...feature("mcp", "agents", "tasks", "schedules", "conversations", "memory"),
    may: [
      ...feature("mcp", "agents", "tasks", "schedules", "conversations", "memory").may,
      ...npm("@modelcontextprotocol/sdk"),
    ],
  },
  {
    name: "api",
    files: within("api/(app|admin|console|system)[.]ts$"),
    may: [...web, ...within("api/")],
  },
  {
    name: "grpc",
    files: within("grpc/"),
    may: [...web, ...useCases, ...npm("@connectrpc/connect", "@bufbuild/protobuf")],
  },
  {
    name: "compose",
    files: within("compose/"),
    // Values of `api/` are built in `index.ts`; the composition root knows only the shape, and the
    // one job of the API that the reconciler continues.
    may: [
      ...within("(?!index[.]ts$|api/|grpc/)"),
      ...within("api/context[.]ts$", "api/subjects/forget[.]ts$"),
    ],
  },
  {
    name: "testing",
    files: within("testing/"),
    // The engine, without the service around it.
    may: [
      ...within("(?!index[.]ts$|api/|compose/|grpc/|library/|queue/)"),
      ...npm("zod"),
      // The form of a cassette, which the command line writes.
      "^sdk/src/cli/cassette-format[.]ts$",
      "^(node:)?(async_hooks|crypto|sqlite|timers/promises)$",
    ],
  },
  {
    name: "library",
    files: within("library/"),
    may: [
      ...domain,
      ...settings,
      ...observe,
      ...crypto,
      ...within("compose/", "agent/", "durable/", "grpc/route[.]ts$", "store/keys[.]ts$"),
      ...within(
        "api/(app|context)[.]ts$",
        "api/tasks/submit-order[.]ts$",
        "api/schedules/desk[.]ts$",
        "api/http/principal[.]ts$",
        "api/agents/schemas[.]ts$",
      ),
      // The client of the deployment's own code.
      "^sdk/src/opspawn[.]ts$",
      ...npm("hono", "zod"),
      "^cloudflare:workers$",
    ],
  },
  {
    name: "index",
    files: within("(index|tools)[.]ts$"),
    may: [...within("library/"), ...npm("zod")],
  },
];

const cloudflare = "^cloudflare:";

const page = (...paths) => paths.map((path) => `^console/src/${path}`);
/** What of the client is about words and shapes, and sends nothing. */
const sharedView = ["^sdk/src/(view/|(event|model)[.]ts$)"];
const preact = npm("preact", "@preact/signals");

/** The rooms of the console, and what each may import besides itself: console/README.md. */
const consoleLayers = [
  { name: "log", files: page("log/"), may: sharedView },
  {
    name: "timeline-layout",
    files: page("timeline/[^/]+[.]ts$"),
    may: [...page("log/"), ...sharedView],
  },
  {
    name: "timeline",
    files: page("timeline/[^/]+[.]tsx$"),
    may: [...page("timeline/", "log/", "parts/"), ...sharedView, ...preact],
  },
  {
    name: "parts",
    files: page("parts/"),
    may: [
      ...sharedView,
      ...preact,
      ...npm(
        "@cfworker/json-schema",
        "uplot",
        "@types/mdast",
        "mdast-util-from-markdown",
        "mdast-util-gfm",
        "micromark-extension-gfm",
      ),
    ],
  },
  { name: "route", files: page("route/"), may: preact },
  {
    name: "early",
    files: page("early[.]ts$"),
    may: page("route/match[.]ts$", "session/vault[.]ts$"),
  },
  {
    name: "session",
    files: page("session/"),
    may: [...page("data/identity[.]ts$", "early[.]ts$"), ...preact],
  },
  {
    name: "data",
    files: page("data/"),
    may: [
      ...page("early[.]ts$", "session/store[.]ts$", "parts/", "log/"),
      "^sdk/src/(?!cli/)",
      ...preact,
    ],
  },
  {
    name: "answers",
    files: page("answers/"),
    may: [...page("data/", "parts/", "route/", "session/store[.]ts$"), ...sharedView, ...preact],
  },
  {
    name: "views",
    files: page("views/"),
    may: [
      ...page("(?!shell/|early[.]ts$|main[.]ts$|app[.]tsx$)"),
      ...page("shell/badges[.]ts$"),
      ...sharedView,
      ...preact,
    ],
  },
  {
    name: "shell",
    files: page("shell/", "main[.]ts$", "app[.]tsx$"),
    may: [...page(""), ...preact, ...sharedView],
  },
];

export default {
  forbidden: [
    ...layers.map(({ name, files, may }) => ({
      name: `${name}-imports`,
      comment: `${name} imports something that its row of the import table does not name.`,
      severity: "error",
      from: { path: files },
      to: {
        pathNot: [...files, ...may, cloudflare, ...(name.startsWith("run/") ? [] : timing)],
        couldNotResolve: false,
      },
    })),
    {
      name: "cloudflare-at-the-edge",
      comment: "cloudflare:* appears only in src/durable/, src/compose/ and src/library/.",
      severity: "error",
      from: { path: "^src/", pathNot: within("durable/", "compose/", "library/index[.]ts$") },
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
      from: { path: "^src/(?!testing/)" },
      // The client of the deployment's own code is the SDK's.
      to: { path: "^(test|bench|scripts|sdk)/", pathNot: "^sdk/src/opspawn[.]ts$" },
    },
    {
      name: "sdk-runs-everywhere",
      comment: 'What `import "opspawn"` loads needs no package and nothing of Node.',
      severity: "error",
      from: { path: "^sdk/src/(?!cli/|react/)" },
      to: { pathNot: "^sdk/src/(?!cli/|react/)", couldNotResolve: false },
    },
    {
      name: "hooks-need-only-react",
      comment: 'What `import "opspawn/react"` loads is the client and React.',
      severity: "error",
      from: { path: "^sdk/src/react/" },
      to: { pathNot: "^sdk/src/(?!cli/)|^node_modules/(@types/)?react/", couldNotResolve: false },
    },
    {
      name: "cli-needs-no-package",
      comment:
        "The command line needs the SDK and Node, and nothing that would be installed with it.",
      severity: "error",
      // These two are bundled with their library.
      from: { path: "^sdk/src/cli/(?!eval/(config/yaml|assertions/json-schema)[.]ts$)" },
      to: { pathNot: "^sdk/src/", dependencyTypesNot: ["core"], couldNotResolve: false },
    },
    ...consoleLayers.map(({ name, files, may }) => ({
      name: `console/${name}`,
      comment: `${name} of the console imports something that its row of the table does not name.`,
      severity: "error",
      from: { path: files },
      to: { pathNot: [...files, ...may], couldNotResolve: false },
    })),
    {
      name: "console/no-layer",
      comment: "A file of the console without a row in its table.",
      severity: "error",
      from: { path: "^console/src/", pathNot: consoleLayers.flatMap(({ files }) => files) },
      to: {},
    },
    {
      name: "console/views-apart",
      comment:
        "A view imports no other view: what they share is a part, or belongs to log/ or data/.",
      severity: "error",
      from: { path: "^console/src/views/([^/]+)/" },
      to: { path: "^console/src/views/", pathNot: "^console/src/views/$1/" },
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
      // A page of the tests imports the installed package.
      to: { couldNotResolve: true, pathNot: `${cloudflare}|^opspawn(/react)?$` },
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
      extensions: [".ts", ".tsx", ".mts", ".d.ts", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["workerd", "worker", "import", "node", "types", "default"],
    },
  },
};
