/** Use cases of files: uploads, and the check of those that a task names. */
import { createHash } from "node:crypto";
import type { AgentConfig } from "../../run/spec/spec.ts";
import {
  acceptedType,
  attachmentsIn,
  contentDefect,
  isText,
  MAX_TASK_BYTES,
  MAX_TENANT_BYTES,
  MAX_TENANT_FILES,
  maxBytes,
  PDF,
  pdfPages,
  type Attachment,
} from "../../run/value/attachment.ts";
import { pointerTo } from "../../run/value/json-pointer.ts";
import type { JsonObject } from "../../run/value/json.ts";
import type { AttachmentRow } from "../../store/attachments.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import { boundedBody } from "../http/body.ts";
import { fieldProblem, Problem } from "../http/problem.ts";

/** A stored file, and whether it is new. */
export interface Uploaded {
  readonly row: AttachmentRow;
  readonly isNew: boolean;
}

/** Stores the file that a request has as its body. @throws Problem */
export async function upload(
  { deps, caller: { tenantId } }: RequestContext,
  request: Request,
): Promise<Uploaded> {
  const media_type = acceptedType(request.headers.get("Content-Type") ?? "");
  if (media_type === null) {
    const detail = "Send the file with its media type: application/pdf, or text/… in UTF-8.";
    throw new Problem("unsupported_media_type", detail);
  }
  const bytes = await boundedBody(request, maxBytes(media_type));
  const defect = contentDefect(media_type, bytes);
  if (defect !== null) {
    throw new Problem("attachment_mismatch", `The body ${defect}.`);
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const pages = media_type === PDF ? { pages: pdfPages(bytes) } : {};
  const file = { sha256, media_type, bytes: bytes.byteLength, ...pages };
  const begun = await deps.attachments.begin(tenantId, file, deps.now());
  switch (begun) {
    case "full": {
      const detail = `A tenant can have ${MAX_TENANT_FILES} files of ${MAX_TENANT_BYTES} bytes together.`;
      throw new Problem("too_many_attachments", detail);
    }
    case "deleting":
      throw later();
    case "begun":
      // The row is there before the bytes: whatever fails in between, they can be found again.
      await deps.files.put(tenantId, sha256, bytes);
      break;
    case "stored":
      break;
    default:
      begun satisfies never;
  }
  const row = await deps.attachments.complete(tenantId, sha256, deps.now());
  if (row === null) {
    throw later();
  }
  return { row, isNew: begun === "begun" };
}

function later(): Problem {
  return new Problem("unavailable", "The same file is being deleted; upload it again shortly.", {
    headers: { "Retry-After": "1" },
  });
}

/** A task's input that names files. */
type NamedFiles = Readonly<Record<string, unknown>> & {
  readonly attachments?:
    | readonly { readonly sha256: string; readonly name?: string | undefined }[]
    | undefined;
};

/** Returns the input of a task with what is known of the files that it names. @throws Problem */
export async function withFiles(
  deps: ApiDeps,
  tenantId: string,
  input: NamedFiles,
  config: AgentConfig,
): Promise<JsonObject> {
  const { attachments: named = [] } = input;
  if (named.length === 0) {
    return input as JsonObject;
  }
  const rows = await deps.attachments.find(
    tenantId,
    named.map(({ sha256 }) => sha256),
  );
  const files = named.map(({ sha256, name }, place): Attachment => {
    const row = rows.find((one) => one.sha256 === sha256);
    if (row === undefined) {
      const detail = `There is no file with the hash ${sha256}; upload it first.`;
      throw fieldProblem("unknown_attachment", placeOf(place), detail);
    }
    return fileOf(row, name ?? `file-${sha256.slice(0, 8)}`);
  });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_TASK_BYTES) {
    const detail = `are ${total} bytes together; a task can have ${MAX_TASK_BYTES}`;
    throw fieldProblem("validation_failed", "/input_data/attachments", detail);
  }
  checkFiles(deps, files, config);
  return { ...(input as JsonObject), attachments: files.map(fileJson) };
}

/**
 * Checks that the models of a task take its files, before anything is spent.
 * @throws Problem `unsupported_attachment`
 */
function checkFiles(
  { catalogue }: Pick<ApiDeps, "catalogue">,
  files: readonly Attachment[],
  { model, fallback_models = [] }: AgentConfig,
): void {
  const place = files.findIndex((file) => !isText(file));
  const unable = [model, ...fallback_models].find((name) => !catalogue.takesFiles(name));
  if (place !== -1 && unable !== undefined) {
    const detail = `The model ${unable} takes no ${files[place]?.media_type ?? ""} files.`;
    throw fieldProblem("unsupported_attachment", placeOf(place), detail);
  }
}

/** Checks the files of a task that is submitted again. @throws Problem */
export async function checkFilesAgain(
  deps: ApiDeps,
  tenantId: string,
  input: JsonObject,
  config: AgentConfig,
): Promise<void> {
  const files = attachmentsIn(input);
  if (files.length === 0) {
    return;
  }
  const rows = await deps.attachments.find(
    tenantId,
    files.map(({ sha256 }) => sha256),
  );
  const gone = files.find(({ sha256 }) => !rows.some((row) => row.sha256 === sha256));
  if (gone !== undefined) {
    throw new Problem("unknown_attachment", `The file ${gone.name} does not exist any more.`);
  }
  checkFiles(deps, files, config);
}

function fileOf({ sha256, media_type, bytes, pages }: AttachmentRow, name: string): Attachment {
  return { sha256, name, media_type, bytes, ...(pages !== null && { pages }) };
}

function fileJson({ sha256, name, media_type, bytes, pages }: Attachment): JsonObject {
  return { sha256, name, media_type, bytes, ...(pages !== undefined && { pages }) };
}

function placeOf(index: number) {
  return pointerTo(["input_data", "attachments", index]);
}
