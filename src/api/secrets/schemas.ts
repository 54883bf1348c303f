/** Zod schemas of secrets; see `schemas.ts`. No response has a field for a value. */
import { z } from "@hono/zod-openapi";
import { MAX_SECRET_BYTES, MIN_SECRET_CHARS, SECRET_NAME } from "../../run/spec/secret.ts";
import { type Examples, AT } from "../openapi/examples.ts";
import { listOf, timestamp } from "../schemas.ts";

/** Maximum hosts of a secret. */
const MAX_HOSTS = 20;

const host = z
  .string()
  .max(255)
  .refine(isHost, "must be a host in lower case, or host:port, such as api.example.com");

export const setBody = z
  .strictObject({
    value: z
      // The default message quotes a number.
      .string("must be a string")
      .min(MIN_SECRET_CHARS, `must have ${MIN_SECRET_CHARS} characters or more`)
      .refine(isBounded, `must have ${MAX_SECRET_BYTES} bytes of UTF-8 or fewer`)
      .openapi({
        maxLength: MAX_SECRET_BYTES,
        description:
          "The value: 8 characters or more, 16,384 bytes of UTF-8 or fewer. No response contains it.",
      }),
    hosts: z
      .array(host)
      .min(1)
      .max(MAX_HOSTS)
      .nullish()
      .openapi({
        description:
          "Hosts that headers of tools and MCP servers may send the value to. Default: any host.",
        example: ["api.example.com"],
      }),
  })
  .openapi("SetSecret");

export const secretPath = z.object({
  name: z
    .string()
    .regex(SECRET_NAME, "must be 1 to 64 letters, digits, _ . or -")
    .openapi({
      param: { name: "name", in: "path" },
      description:
        "The name of the secret. `provider.<name>` is an API key of a model provider: `provider.openai`.",
      example: "STRIPE_KEY",
    }),
});

export const secret = z
  .object({
    name: z.string().describe("The name of the secret."),
    version: z.number().int().describe("Starts at 1 and increases with each new value."),
    hosts: z
      .array(z.string())
      .nullable()
      .describe("Hosts that headers may send the value to; null for any host."),
    created_at: timestamp.describe("When the secret was created."),
    updated_at: timestamp.describe("When its value was set last."),
    last_used_on: z.string().nullable().openapi({
      format: "date",
      description: "The last day (UTC) on which a call used the value; null for never.",
      example: "2026-11-30",
    }),
  })
  .openapi("Secret", { description: "A secret without its value." });
export type SecretJson = z.output<typeof secret>;

export const secretList = listOf(secret).openapi("SecretList");

const exampleSecret = {
  name: "STRIPE_KEY",
  version: 1,
  hosts: ["api.stripe.com"],
  created_at: AT,
  updated_at: AT,
  last_used_on: null,
};

/** Examples by schema name. */
export const examples: Examples = {
  SetSecret: { value: "sk_test_4eC39HqLyjWDarjtT1zdp7dc", hosts: ["api.stripe.com"] },
  Secret: exampleSecret,
  SecretList: { data: [exampleSecret], next_cursor: null },
};

/** Returns whether a text has the form of `URL.host`, with either protocol's default port left out. */
function isHost(text: string): boolean {
  return ["http", "https"].some((protocol) => URL.parse(`${protocol}://${text}`)?.host === text);
}

function isBounded(text: string): boolean {
  return new TextEncoder().encode(text).byteLength <= MAX_SECRET_BYTES;
}
