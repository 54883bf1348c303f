/** Zod schemas of webhooks; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { ALL_WEBHOOK_TYPES } from "../../run/value/webhook-type.ts";
import { listOf, plainText, timestamp } from "../schemas.ts";
import { type Examples, TASK_ID, AT, LATER } from "../openapi/examples.ts";

/** URL of a receiver. `checkAddress` applies the deployment's rules. */
export const webhookUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .max(2048)
  .openapi({
    description: "The https or http URL that receives notifications.",
    example: "https://example.com/opspawn",
  });

const types = z
  .array(z.enum(ALL_WEBHOOK_TYPES))
  .min(1)
  .max(ALL_WEBHOOK_TYPES.length)
  .openapi({ description: "The notifications to send. Default: all types." });
const description = plainText(1024).nullable().describe("For people.");

export const createWebhook = z
  .strictObject({
    url: webhookUrl,
    types: types.default([...ALL_WEBHOOK_TYPES]),
    description: description.default(null),
    enabled: z.boolean().default(true).describe("A disabled webhook receives nothing."),
  })
  .openapi("CreateWebhook", {
    example: { url: "https://example.com/opspawn", types: ["task.completed", "task.failed"] },
  });

export const changeWebhook = z
  .strictObject({
    url: webhookUrl.optional(),
    types: types.optional(),
    description: description.optional(),
    enabled: z.boolean().optional().describe("A disabled webhook receives nothing."),
  })
  .openapi("ChangeWebhook");

const webhookFields = {
  id: z.string().openapi({
    description: "The id of the webhook.",
    example: "webhook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  }),
  url: z.string().describe("The URL that receives notifications."),
  types: z.array(z.enum(ALL_WEBHOOK_TYPES)).describe("The notifications that are sent."),
  description: z.string().nullable().describe("For people."),
  enabled: z.boolean().describe("Whether notifications are sent."),
  disabled_reason: z.enum(["gone", "failing"]).nullable().openapi({
    description:
      "Why the service disabled it: the receiver responded with 410, or every delivery failed for five days.",
  }),
  failing_since: timestamp.nullable().openapi({
    description: "Time of the first failure since the last success.",
  }),
  version: z
    .number()
    .int()
    .describe("Counts its changes, from 1. Failing deliveries change it only if they disable it."),
  created_at: timestamp.describe("When the webhook was created."),
  updated_at: timestamp.describe("When the webhook last changed."),
};
export const webhook = z.object(webhookFields).openapi("Webhook");
export type WebhookJson = z.output<typeof webhook>;

const secretText = z.string().openapi({
  description: "Signs each notification (Standard Webhooks).",
  example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
});

export const newWebhook = z.object({ ...webhookFields, secret: secretText }).openapi("NewWebhook");

export const webhookList = listOf(webhook).openapi("WebhookList");

export const secret = z
  .object({
    secret: secretText,
    previous_until: timestamp.nullable().openapi({
      description: "Until when the previous secret also signs or is accepted.",
    }),
  })
  .openapi("SigningSecret");

export const webhookPath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The id of the webhook.",
    example: "webhook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  }),
});

export const deliveryPath = webhookPath.extend({
  delivery_id: z.string().openapi({
    param: { name: "delivery_id", in: "path" },
    description: "The id of the delivery.",
    example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11:14",
  }),
});

export const delivery = z
  .object({
    id: z.string().openapi({
      description:
        "The `webhook-id` of the message: its task and event, so that a repeat has the same.",
    }),
    type: z.string().describe("The type of the notification."),
    task_id: z.string().nullable().describe("The task that it is about; null for a test."),
    seq: z
      .number()
      .int()
      .nullable()
      .describe("`seq` of the event that it is about; null for a test."),
    state: z
      .enum(["pending", "delivered", "failed"])
      .describe("`pending` until an attempt succeeds or the last one fails."),
    attempts: z.number().int().describe("Number of attempts so far."),
    next_attempt_at: timestamp
      .nullable()
      .describe("When the next attempt is due; null if there is none."),
    last_attempt_at: timestamp.nullable().describe("When the last attempt was made."),
    last_status: z
      .number()
      .int()
      .nullable()
      .describe("The HTTP status of the last response; null if there was none."),
    last_error: z.string().nullable().openapi({
      description:
        "Why the last attempt failed. One of http_error, redirected, gone, timeout, server_unreachable, url_refused, secret_unreadable, webhook_disabled, no_receiver.",
    }),
    delivered_at: timestamp.nullable().describe("When the receiver accepted it."),
    created_at: timestamp.describe("When the notification was created."),
  })
  .openapi("WebhookDelivery");
export type DeliveryJson = z.output<typeof delivery>;

export const deliveryList = listOf(delivery).openapi("WebhookDeliveryList");

const exampleWebhook = {
  id: "webhook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  url: "https://example.com/opspawn",
  types: ["task.completed", "task.failed"],
  description: "The operations channel",
  enabled: true,
  disabled_reason: null,
  failing_since: null,
  version: 1,
  created_at: AT,
  updated_at: AT,
};

const EXAMPLE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const exampleDelivery = {
  id: `${TASK_ID}:14`,
  type: "task.completed",
  task_id: TASK_ID,
  seq: 14,
  state: "delivered",
  attempts: 1,
  next_attempt_at: null,
  last_attempt_at: LATER,
  last_status: 204,
  last_error: null,
  delivered_at: LATER,
  created_at: LATER,
};

/** Examples by schema name. */
export const examples: Examples = {
  WebhookList: { data: [exampleWebhook], next_cursor: null },
  Webhook: exampleWebhook,
  NewWebhook: { ...exampleWebhook, secret: EXAMPLE_SECRET },
  ChangeWebhook: { types: ["task.failed"], enabled: true },
  SigningSecret: { secret: EXAMPLE_SECRET, previous_until: null },
  WebhookDelivery: exampleDelivery,
  WebhookDeliveryList: { data: [exampleDelivery], next_cursor: null },
};
