/** OpenAPI operations of `/api/v1/attachments`. */
import { createRoute, z } from "@hono/zod-openapi";
import { MAX_PDF_BYTES, MAX_TEXT_BYTES, PDF } from "../../run/value/attachment.ts";
import { requireScope } from "../http/auth.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Attachments"], security: SECURED };
const ATTACHMENTS = "/api/v1/attachments";
const ATTACHMENT = `${ATTACHMENTS}/{sha256}`;
/** The address that takes bodies of more than 1 MiB. */
export const UPLOADS = ATTACHMENTS;

const content = z.string().openapi({ format: "binary", description: "The bytes of the file." });

export const uploadRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write")] as const,
  method: "post",
  path: ATTACHMENTS,
  operationId: "uploadAttachment",
  summary: "Upload a file for tasks",
  description: `The body is the file, and \`Content-Type\` its media type: \`application/pdf\` (at most ${MAX_PDF_BYTES} bytes), or \`text/…\` in UTF-8 (at most ${MAX_TEXT_BYTES} bytes). Its SHA-256 is its id, so the same file is stored once and a repeated upload changes nothing. A file that no task uses is deleted after a day, and a used one with the last task that uses it.`,
  request: {
    body: {
      required: true,
      content: {
        "text/plain": { schema: content, example: "hello" },
        [PDF]: { schema: content },
      },
    },
  },
  responses: {
    200: json("The file was there already.", schemas.attachment),
    201: json("The file.", schemas.attachment, "Location"),
    ...refusals(
      "unsupported_media_type",
      "attachment_mismatch",
      "too_many_attachments",
      "unavailable",
    ),
  },
});

export const listRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:read")] as const,
  method: "get",
  path: ATTACHMENTS,
  operationId: "listAttachments",
  summary: "List uploaded files",
  description: "In the order of their hashes.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of files.", schemas.attachmentList),
    ...refusals("validation_failed"),
  },
});

export const getRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:read")] as const,
  method: "get",
  path: ATTACHMENT,
  operationId: "getAttachment",
  summary: "Get what is known of a file",
  request: { params: schemas.attachmentPath },
  responses: {
    200: json("The file.", schemas.attachment),
    ...refusals("not_found", "validation_failed"),
  },
});

export const contentRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:read")] as const,
  method: "get",
  path: `${ATTACHMENT}/content`,
  operationId: "downloadAttachment",
  summary: "Download a file",
  request: { params: schemas.attachmentPath },
  responses: {
    200: {
      description: "The bytes of the file.",
      content: { "application/octet-stream": { schema: content } },
    },
    ...refusals("not_found", "validation_failed"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write")] as const,
  method: "delete",
  path: ATTACHMENT,
  operationId: "deleteAttachment",
  summary: "Delete a file that no task uses",
  request: { params: schemas.attachmentPath },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "attachment_in_use"),
  },
});
