/** Zod schemas of attachments; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { MAX_ATTACHMENTS, MAX_NAME_CHARS, MAX_TASK_BYTES } from "../../run/value/attachment.ts";
import { AT, type Examples } from "../openapi/examples.ts";
import { listOf, plainText, timestamp } from "../schemas.ts";

const HASH = /^[0-9a-f]{64}$/;
const EXAMPLE_HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

const sha256 = z.string().regex(HASH, "must be a SHA-256 as 64 lower-case hex digits");

export const attachmentPath = z.object({
  sha256: sha256.openapi({
    param: { name: "sha256", in: "path" },
    description: "The SHA-256 of the file, which is its id.",
    example: EXAMPLE_HASH,
  }),
});

export const attachment = z
  .object({
    sha256: z.string().describe("The SHA-256 of the file, lower-case hex. It is the file's id."),
    media_type: z.string().describe("The media type, such as `application/pdf`."),
    bytes: z.number().int().describe("The size of the file."),
    pages: z
      .number()
      .int()
      .nullable()
      .describe("The pages of a PDF, estimated where they cannot be counted; null for text."),
    tasks: z.number().int().describe("The tasks that use the file."),
    created_at: timestamp.describe("When the file was uploaded."),
  })
  .openapi("Attachment", { description: "A file that tasks can have as an input." });
export type AttachmentJson = z.output<typeof attachment>;

export const attachmentList = listOf(attachment).openapi("AttachmentList");

/** The files of a task, as a submission names them. */
export const taskAttachments = z
  .array(
    z
      .strictObject({
        sha256: sha256.describe("The SHA-256 of an uploaded file."),
        name: plainText(MAX_NAME_CHARS)
          .min(1)
          .optional()
          .describe("The name of the file, which the model sees. Default: a part of the hash."),
      })
      .openapi("TaskAttachment", { description: "A file of a task." }),
  )
  .max(MAX_ATTACHMENTS)
  .refine(isDistinct, "must be different files")
  .optional()
  .openapi({
    description: `Files for the model, uploaded with \`POST /api/v1/attachments\`: at most ${MAX_ATTACHMENTS}, of ${MAX_TASK_BYTES} bytes together. Text files become part of the prompt; PDF files need a model that takes them. The task's view also has their \`media_type\`, \`bytes\` and \`pages\`.`,
  });

function isDistinct(files: readonly { readonly sha256: string }[]): boolean {
  return new Set(files.map((file) => file.sha256)).size === files.length;
}

const example = {
  sha256: EXAMPLE_HASH,
  media_type: "text/plain",
  bytes: 5,
  pages: null,
  tasks: 0,
  created_at: AT,
};

/** Examples by schema name. */
export const examples: Examples = {
  Attachment: example,
  AttachmentList: { data: [example], next_cursor: null },
};
