/**
 * What the conformance suite runs as "the client": `node test/conformance/client.ts <server>`. The
 * client is a running service, `OPSPAWN_URL` with the key `OPSPAWN_KEY`; this registers the suite's
 * server with it, agrees in the place of a person, and has it list the server's tools.
 */
import { randomBytes } from "node:crypto";

/** How often a person is asked at most, where a server is never content. */
const MAX_ROUNDS = 2;

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
let server = await refreshed();
for (let round = 0; round < MAX_ROUNDS && server.health.status === "unauthorized"; round += 1) {
  await authorize();
  server = await refreshed();
}
console.log(JSON.stringify(server));
if (server.health.status !== "ok") {
  process.exitCode = 1;
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

async function refreshed(): Promise<ServerView> {
  return (await call("POST", `/api/v1/mcp/servers/${name}/refresh`)) as ServerView;
}

interface ServerView {
  readonly health: { readonly status: string; readonly code: string | null };
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
