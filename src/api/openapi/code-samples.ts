/**
 * Code samples of operations (`x-codeSamples`), made from their method, path and examples. A test
 * runs each sample of the client, and compares the request with the operation.
 */
import type { Schema } from "./docs-schema.ts";

/** Client methods that take the path's parameters, then the body. */
const CLIENT_METHODS: Readonly<Record<string, string>> = {
  submitTask: "tasks.create",
  listTasks: "tasks.list",
  getTask: "tasks.get",
  updateTask: "tasks.update",
  deleteTask: "tasks.delete",
  sendMessage: "tasks.send",
  changeLimits: "tasks.updateLimits",
  createTicket: "tasks.ticket",
  listAgents: "agents.list",
  createAgent: "agents.create",
  getAgent: "agents.get",
  replaceAgent: "agents.replace",
  deleteAgent: "agents.delete",
  listAgentVersions: "agents.versions",
  listTools: "tools.list",
  getTool: "tools.get",
  deleteTool: "tools.delete",
  listWebhooks: "webhooks.list",
  createWebhook: "webhooks.create",
  getWebhook: "webhooks.get",
  deleteWebhook: "webhooks.delete",
  listKeys: "keys.list",
  createKey: "keys.create",
};

/** One code sample of an operation. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

/** What a sample is made from. */
export interface SampledOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Examples of the path's parameters, in the order of the path. */
  readonly parameters: readonly string[];
  /** The example of the body; undefined without one. */
  readonly body: unknown;
  /** Whether the operation needs a key. */
  readonly isSecured: boolean;
}

/** Returns the samples of an operation. @param server base URL of the service */
export function codeSamples(operation: SampledOperation, server: string): CodeSample[] {
  const method = CLIENT_METHODS[operation.id];
  const curl = { lang: "Shell", label: "curl", source: curlOf(operation, server) };
  return method === undefined
    ? [curl]
    : [curl, { lang: "TypeScript", label: "Client", source: clientOf(operation, method) }];
}

function curlOf(
  { method, path, parameters, body, isSecured }: SampledOperation,
  server: string,
): string {
  const values = parameters.values();
  const url = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(values.next().value ?? ""));
  // In single quotes, a shell ends the text at the next one.
  const json = body === undefined ? "" : JSON.stringify(body).replaceAll("'", "'\\''");
  return [
    `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} '${server}${url}'`,
    ...(isSecured ? ['-H "Authorization: Bearer $OPSPAWN_KEY"'] : []),
    ...(json === "" ? [] : ["-H 'Content-Type: application/json'", `-d '${json}'`]),
  ].join(" \\\n  ");
}

function clientOf({ parameters, body }: SampledOperation, method: string): string {
  const texts = parameters.map((value) => JSON.stringify(value));
  const all = body === undefined ? texts : [...texts, JSON.stringify(body, null, 2)];
  return `await opspawn.${method}(${all.join(", ")});`;
}

/** Returns the example of a schema, or of the component that it refers to. */
export function exampleIn(
  schema: Schema | undefined,
  schemas: Readonly<Record<string, Schema>>,
): unknown {
  const name = schema?.$ref?.split("/").at(-1);
  return name === undefined ? schema?.example : schemas[name]?.example;
}
