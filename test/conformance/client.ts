/**
 * What the conformance suite runs as "the client": `node test/conformance/client.ts <server>`. The
 * client is a running service, `OPSPAWN_URL` with the key `OPSPAWN_KEY`; this registers the suite's
 * server with it, submits tasks whose model calls the server's tools, and agrees in the place of a person.
 */
import { randomBytes } from "node:crypto";

/** How often a person is asked at most, where a server is never content. */
const MAX_ROUNDS = 2;

interface Tool {
  readonly name: string;
  readonly arguments?: object;
}

/** What the servers of the suite want called. */
const TOOLS: Readonly<Record<string, Tool>> = {
  tools_call: { name: "add_numbers", arguments: { a: 5, b: 3 } },
  "sse-retry": { name: "test_reconnection" },
  "elicitation-sep1034-client-defaults": { name: "test_client_elicitation_defaults" },
};

/** A tool whose schema has all that could be lost on the way. */
const FOCAL = "json_schema_2020_12_tool";

const SCENARIO = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const SERVER = process.argv.at(-1) ?? "";
const BASE = process.env["OPSPAWN_URL"] ?? "http://127.0.0.1:8787";
const KEY = process.env["OPSPAWN_KEY"] ?? "";

/** What the suite tells some scenarios besides the address. */
interface Context {
  readonly client_id?: string;
  readonly client_secret?: string;
}

const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Context;
const name = `conformance-${randomBytes(6).toString("hex")}`;

await call("POST", "/api/v1/mcp/servers", {
  name,
  url: SERVER,
  ...(SCENARIO.startsWith("auth/") ? { oauth: oauthOf(SCENARIO) } : {}),
});
let ended = await run();
if (ended.echo !== null) {
  ended = await run({ name: "json_schema_echo", arguments: { schema: ended.echo } });
}
for (let round = 0; round < MAX_ROUNDS && ended.refused; round += 1) {
  await authorize();
  ended = await run();
}
if (!ended.succeeded) {
  process.exitCode = 1;
}

/** A task whose model calls the server's tool; whatever the server asks on the way is accepted. */
async function run(tool: Tool | null = toolOf(SCENARIO)): Promise<Ended> {
  const calls =
    tool === null ? [] : [{ name: `${name}.${tool.name}`, arguments: tool.arguments ?? {} }];
  const script = [...calls.map((one) => ({ tool_calls: [one] })), { text: "done" }];
  const { task_id } = (await call("POST", "/api/v1/tasks", {
    input_data: { goal: "conform", script },
    agent_config: { model: "local/script", mcp_servers: [name] },
  })) as { readonly task_id: string };
  const events: TaskEvent[] = [];
  for await (const event of watched(task_id)) {
    events.push(event);
    console.log(JSON.stringify(event));
    if (event.type === "input.requested") {
      await call("POST", `/api/v1/tasks/${task_id}/messages`, { data: {} });
    }
  }
  const codes = events.flatMap(({ data }) => [data.code, data.error?.code]);
  return {
    succeeded: !events.some(({ type, data }) => type === "tool.failed" || data.error !== undefined),
    echo:
      events.flatMap(({ data }) => data.tools ?? []).find(({ name: of }) => of === FOCAL)
        ?.input_schema ?? null,
    refused: codes.some((code) => code === "authorization_required" || code === "unauthorized"),
  };
}

interface Ended {
  readonly succeeded: boolean;
  readonly refused: boolean;
  /** The schema that one scenario wants to see again. */
  readonly echo: object | null;
}

function toolOf(scenario: string): Tool | null {
  return TOOLS[scenario] ?? (scenario.startsWith("auth/") ? { name: "test-tool" } : null);
}

/** The events of a task, live, to its end. */
async function* watched(taskId: string): AsyncGenerator<TaskEvent> {
  const response = await fetch(`${BASE}/api/v1/tasks/${taskId}/events`, {
    headers: { Authorization: `Bearer ${KEY}`, Accept: "text/event-stream" },
  });
  let rest = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(
    new TextDecoderStream(),
  )) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((one) => one.startsWith("data:"))) {
      yield JSON.parse(line.slice("data:".length)) as TaskEvent;
    }
  }
}

interface TaskEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: {
    readonly code?: string;
    readonly error?: { readonly code: string };
    readonly tools?: readonly { readonly name: string; readonly input_schema: object }[];
  };
}

/** How the service is told to introduce itself. A secret is the service's: it is named. */
function oauthOf(scenario: string): object {
  if (scenario === "auth/basic-cimd") {
    return { client_id: "https://conformance-test.local/client-metadata.json" };
  }
  const { client_id, client_secret } = context;
  return {
    ...(client_id === undefined ? {} : { client_id }),
    ...(client_secret === undefined ? {} : { client_secret: `\${secret:${secretOf(scenario)}}` }),
    ...(scenario.startsWith("auth/client-credentials") ? { grant: "client_credentials" } : {}),
  };
}

/** What the service's `OPSPAWN_TOOL_SECRETS` calls the secret of a scenario. */
function secretOf(scenario: string): string {
  return scenario.replace("auth/", "").replaceAll("-", "_").toUpperCase();
}

/** Opens the authorization's address as a browser would, and lets it come back to the service. */
async function authorize(): Promise<void> {
  const { authorization_url } = (await call("POST", `/api/v1/mcp/servers/${name}/authorize`)) as {
    readonly authorization_url?: string;
  };
  if (authorization_url === undefined) {
    return;
  }
  const answer = await fetch(authorization_url, { redirect: "manual" });
  const back = answer.headers.get("location");
  if (back === null) {
    throw new Error(`The authorization server answered with ${answer.status}.`);
  }
  const page = await fetch(new URL(back, authorization_url));
  console.log(`The service answered the browser with ${page.status}.`);
  if (!page.ok) {
    console.log(await page.text());
  }
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return JSON.parse(text);
}
