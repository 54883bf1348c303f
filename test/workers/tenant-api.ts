/** A tenant of its own with a key, and the API in the same process. */
import { env } from "cloudflare:workers";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";

const app = createApp(() => apiDeps(env));

export type Json = Readonly<Record<string, unknown>>;

/** The fields of answers that the tests look at. */
interface Body extends Json {
  readonly id: string;
  readonly code: string;
  readonly next_at: string;
  readonly errors?: readonly { readonly pointer: string }[];
  readonly data: readonly (Json & {
    readonly task_id: string;
    readonly action: string;
    readonly at: string;
    readonly occurrence_at: string;
  })[];
}

/** Returns a tenant with a key, and its API. */
export async function tenantWithKey() {
  const tenant = `timetable-${crypto.randomUUID().slice(0, 8)}`;
  const key = `opsk_${tenant}`;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const hash = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0"));
  await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, 'own', ?, ?, '2026-01-01', NULL, NULL)")
    .bind(
      `key_${tenant}`,
      tenant,
      hash.join(""),
      "tasks:read tasks:write agents:write schedules:write webhooks:write keys:write admin",
    )
    .run();
  const call = async (
    method: string,
    path: string,
    body?: Json,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const response = await app.request(
      `/api/v1${path}`,
      {
        method,
        headers: {
          Authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      env,
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text === "" ? "{}" : text) as Body,
    };
  };
  return { tenant, call, stub: env.TIMETABLES.get(env.TIMETABLES.idFromName(tenant)) };
}

export const TASK = {
  agent_config: { model: "local/script" },
  input_data: { goal: "Go.", script: [{ text: "Done." }] },
};
export const body = (more: Json = {}) => ({
  name: "report",
  spec: { every_s: 3600 },
  action: { task: TASK },
  ...more,
});
