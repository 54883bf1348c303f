/** `/api/v1/attachments`: files that tasks have as inputs. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AttachmentRow } from "../../store/attachments.ts";
import type { ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import * as operations from "./operations.ts";
import type { AttachmentJson } from "./schemas.ts";
import { upload } from "./use-cases.ts";

/** Adds the routes of attachments to an app. */
export function attachmentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.uploadRoute, store);
  app.openapi(operations.listRoute, list);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.contentRoute, download);
  app.openapi(operations.removeRoute, remove);
}

const PLACE = /^file [0-9a-f]{64}$/;

const store: ApiHandler<typeof operations.uploadRoute> = async (c) => {
  const { row, isNew } = await upload(c.var, c.req.raw);
  if (!isNew) {
    return c.json(attachmentJson(row), 200);
  }
  c.header("Location", `${operations.UPLOADS}/${row.sha256}`);
  return c.json(attachmentJson(row), 201);
};

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const after =
    cursor === undefined
      ? null
      : (await cursorOf(deps, caller, cursor, { form: PLACE })).slice("file ".length);
  const found = await deps.attachments.list(caller.tenantId, after, limit + 1);
  const page = await pageOf(deps, caller, found, limit, ({ sha256 }) => `file ${sha256}`);
  return c.json({ ...page, data: page.data.map(attachmentJson) }, 200);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  return c.json(attachmentJson(await rowOf(c.var, c.req.valid("param").sha256)), 200);
};

const download: ApiHandler<typeof operations.contentRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { sha256 } = await rowOf(c.var, c.req.valid("param").sha256);
  const bytes = await deps.files.read(caller.tenantId, sha256);
  if (bytes === null) {
    throw unknown(sha256);
  }
  return c.body(new Uint8Array(bytes).buffer, 200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
  });
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { tenantId } = caller;
  const { sha256 } = await rowOf(c.var, c.req.valid("param").sha256);
  if (!(await deps.attachments.condemn(tenantId, sha256, actorOf(c.var), deps.now()))) {
    const { tasks } = await rowOf(c.var, sha256);
    throw new Problem(
      "attachment_in_use",
      `The file is used by ${tasks} tasks; delete them first.`,
    );
  }
  // Should this fail, the reconciler does the rest.
  await deps.files.remove(tenantId, sha256);
  await deps.attachments.drop({ tenant_id: tenantId, sha256 });
  return c.body(null, 204);
};

async function rowOf({ deps, caller }: RequestContext, sha256: string): Promise<AttachmentRow> {
  const row = await deps.attachments.get(caller.tenantId, sha256);
  if (row === null) {
    throw unknown(sha256);
  }
  return row;
}

function unknown(sha256: string): Problem {
  return new Problem("not_found", `There is no file with the hash ${sha256}.`);
}

function attachmentJson(row: AttachmentRow): AttachmentJson {
  const { sha256, media_type, bytes, pages, tasks, created_at } = row;
  return { sha256, media_type, bytes, pages, tasks, created_at };
}
