/** What the API takes and gives of webhooks, as zod schemas; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { WEBHOOK_TYPES } from "../../run/value/webhook-type.ts";
import { plainText, timestamp, webhookUrl, whole } from "../schemas.ts";

const types = z
  .array(z.enum(WEBHOOK_TYPES))
  .min(1)
  .max(WEBHOOK_TYPES.length)
  .openapi({ description: "Absent: all." });
const description = plainText(1024).nullable();

export const createWebhook = z
  .strictObject({
    url: webhookUrl,
    types: types.default([...WEBHOOK_TYPES]),
    description: description.default(null),
    enabled: z.boolean().default(true),
  })
  .openapi("CreateWebhook", {
    example: { url: "https://example.com/opspawn", types: ["task.completed", "task.failed"] },
  });

export const changeWebhook = z
  .strictObject({
    url: webhookUrl.optional(),
    types: types.optional(),
    description: description.optional(),
    enabled: z.boolean().optional(),
  })
  .openapi("ChangeWebhook");

const webhookFields = {
  id: z.string().openapi({ example: "wh_4f0c1f1d9a5a4d6c8f3b2e1a0d9c8b7a" }),
  url: z.string(),
  types: z.array(z.enum(WEBHOOK_TYPES)),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabled_reason: z.enum(["gone", "failing"]).nullable().openapi({
    description:
      "Why the service disabled it: it was told 410, or it failed for five days and never worked.",
  }),
  failing_since: timestamp.nullable().openapi({
    description: "When it failed first since it last worked.",
  }),
  created_at: timestamp,
  updated_at: timestamp,
};
export const webhook = z.object(webhookFields).openapi("Webhook");
export type WebhookJson = z.output<typeof webhook>;

const secretText = z.string().openapi({ example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });

export const newWebhook = z.object({ ...webhookFields, secret: secretText }).openapi("NewWebhook");

export const webhookList = z.object({ webhooks: z.array(webhook) }).openapi("WebhookList");

export const secret = z
  .object({
    secret: secretText,
    previous_until: timestamp.nullable().openapi({
      description: "Until when the secret before signs too, or is accepted too.",
    }),
  })
  .openapi("SigningSecret");

export const webhookPath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    example: "wh_4f0c1f1d9a5a4d6c8f3b2e1a0d9c8b7a",
  }),
});

export const deliveryPath = webhookPath.extend({
  delivery_id: z.string().openapi({
    param: { name: "delivery_id", in: "path" },
    example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11:14",
  }),
});

export const deliveriesQuery = z.strictObject({
  limit: whole(1, 100).optional(),
  cursor: z.string().max(4096).optional(),
});

export const delivery = z
  .object({
    id: z.string().openapi({ description: "The `webhook-id` that it is sent with." }),
    type: z.string(),
    task_id: z.string().nullable(),
    seq: z.number().int().nullable(),
    state: z.enum(["pending", "delivered", "failed"]),
    attempts: z.number().int(),
    next_attempt_at: timestamp.nullable(),
    last_attempt_at: timestamp.nullable(),
    last_status: z.number().int().nullable(),
    last_error: z.string().nullable().openapi({
      description:
        "A class: http_error, redirected, gone, timeout, server_unreachable, url_refused, secret_unreadable, webhook_disabled, no_receiver.",
    }),
    delivered_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .openapi("WebhookDelivery");
export type DeliveryJson = z.output<typeof delivery>;

export const deliveryList = z
  .object({ deliveries: z.array(delivery), next_cursor: z.string().nullable() })
  .openapi("WebhookDeliveryList");
