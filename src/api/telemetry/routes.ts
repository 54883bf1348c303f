/** `/api/v1/telemetry`: where the traces of the tenant's runs are sent. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { sealHeaders } from "../../crypto/telemetry-headers.ts";
import type { TelemetryRow } from "../../store/telemetry.ts";
import type { ApiHandler, AppEnv } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { Problem } from "../http/problem.ts";
import { taskOf } from "../tasks/view.ts";
import { checkAddress } from "../webhooks/secrets.ts";
import * as operations from "./operations.ts";
import type { TelemetryJson } from "./schemas.ts";

/** Adds the routes of telemetry to an app. */
export function telemetryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.getRoute, get);
  app.openapi(operations.setRoute, set);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.exportRoute, exportTrace);
}

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const { deps, caller } = c.var;
  const row = await deps.telemetry.get(caller.tenantId);
  if (row === null) {
    throw noSettings();
  }
  return c.json(telemetryJson(row), 200);
};

const set: ApiHandler<typeof operations.setRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { tenantId } = caller;
  const {
    url,
    metrics_url = null,
    headers = {},
    format = "protobuf",
    content = "none",
    sampling,
  } = c.req.valid("json");
  checkAddress(deps, url, "/url");
  if (metrics_url !== null) {
    checkAddress(deps, metrics_url, "/metrics_url");
  }
  const header_names = Object.keys(headers).toSorted();
  if (header_names.length > 0 && !deps.vault.kept) {
    throw new Problem(
      "encryption_unavailable",
      "Headers need the setting OPSPAWN_ENCRYPTION_KEY, which is not set.",
    );
  }
  const change = {
    url,
    metrics_url,
    format,
    content,
    sampling: sampling ?? null,
    headers: await sealHeaders(deps.vault, tenantId, headers),
    header_names,
  };
  return c.json(telemetryJson(await deps.telemetry.set(tenantId, change, actorOf(c.var))), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  if (!(await deps.telemetry.remove(caller.tenantId, actorOf(c.var)))) {
    throw noSettings();
  }
  return c.body(null, 204);
};

const exportTrace: ApiHandler<typeof operations.exportRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { tenant_id, task_id } = await taskOf(deps, caller, c.req.valid("param").id);
  if (deps.config.otlp === null && (await deps.telemetry.get(tenant_id)) === null) {
    throw noSettings();
  }
  await deps.exportTrace({ kind: "trace", tenant_id, task_id, after: 0, ended: true });
  return c.json({ task_id }, 202);
};

function noSettings(): Problem {
  return new Problem("not_found", "The tenant sends its traces nowhere.");
}

function telemetryJson({
  tenant_id: _tenant,
  headers: _sealed,
  header_names,
  ...fields
}: TelemetryRow): TelemetryJson {
  return { ...fields, header_names: [...header_names] };
}
