/** Zod schemas of keys and the audit log; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { SCOPES } from "../../store/keys.ts";
import { instant, listOf, pageQuery, plainText, timestamp } from "../schemas.ts";
import { type Examples, AT } from "../openapi/examples.ts";

/** Maximum time that a rotated secret stays valid. */
const MAX_GRACE_S = 604_800;

const tenant = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "must be 1 to 64 lower-case letters, digits, _ or -, and begin with neither",
  )
  .openapi({
    description: "Another tenant, created by its first key. Needs the scope `platform`.",
  });

const scope = z.enum(SCOPES);

export const createBody = z
  .strictObject({
    name: plainText(256).min(1).describe("A name for people."),
    scopes: z
      .array(scope)
      .min(1)
      .max(SCOPES.length)
      .openapi({ description: "Only scopes that the calling key has itself." }),
    tenant: tenant.optional(),
    expires_at: instant.nullish().describe("When the key expires, RFC 3339. Default: never."),
  })
  .openapi("CreateKey", {
    example: { name: "the nightly job", scopes: ["tasks:read", "tasks:write"] },
  });

export const rotateBody = z
  .strictObject({
    grace_s: z.number().int().min(0).max(MAX_GRACE_S).default(0).openapi({
      description: "Seconds for which the old secret can still be used.",
    }),
  })
  .openapi("RotateKey");

export const keyPath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The id of the key.",
    example: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a12",
  }),
});

export const revokeQuery = z.strictObject({
  pause_schedules: z.enum(["true", "false"]).optional().openapi({
    description: "`true` also pauses the schedules that the key created.",
  }),
});

export const keysQuery = z.strictObject({ ...pageQuery, tenant: tenant.optional() });

const fields = {
  id: z.string().describe("The id of the key. It is no secret."),
  tenant: z.string().describe("The tenant of the key."),
  name: z.string().describe("A name for people."),
  scopes: z.array(scope).describe("What the key permits."),
  created_at: timestamp.describe("When the key was created."),
  expires_at: timestamp.nullable().describe("When the key expires; null for never."),
  revoked_at: timestamp.nullable().describe("When the key was revoked; null if it was not."),
};

export const key = z.object(fields).openapi("Key", { description: "A key without its secret." });
export type KeyJson = z.output<typeof key>;

export const newKey = z
  .object({
    ...fields,
    key: z.string().openapi({ description: "The key itself. Returned only here." }),
  })
  .openapi("NewKey");

export const keyList = listOf(key).openapi("KeyList");

const entry = z
  .object({
    id: z.string().describe("The id of the entry."),
    at: timestamp.describe("When it happened."),
    by: z.string().openapi({ description: "The id of the key that did it." }),
    action: z.string().openapi({ description: "What was done.", example: "key.revoked" }),
    subject: z.string().openapi({ description: "The id or name of the changed resource." }),
    details: z
      .record(z.string(), z.unknown())
      .describe("More about the change; depends on `action`."),
  })
  .openapi("AuditEntry");

export const auditList = listOf(entry).openapi("AuditList");

const exampleKey = {
  id: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a12",
  tenant: "acme",
  name: "deploy",
  scopes: ["tasks:read", "tasks:write"],
  created_at: AT,
  expires_at: null,
  revoked_at: null,
};

/** Examples by schema name. */
export const examples: Examples = {
  KeyList: { data: [exampleKey], next_cursor: null },
  Key: exampleKey,
  NewKey: { ...exampleKey, key: "opsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo" },
  RotateKey: { grace_s: 3600 },
  AuditList: {
    data: [
      {
        id: "audit_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a13",
        at: AT,
        by: exampleKey.id,
        action: "key.revoked",
        subject: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a14",
        details: {},
      },
    ],
    next_cursor: null,
  },
};
