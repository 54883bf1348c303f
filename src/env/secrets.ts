/** Secret settings: tool secrets, the encryption key and the admin key. */
import { z } from "zod";
import { parseJson, text } from "./shapes.ts";

/** A secret that headers of registered tools may reference. */
export interface ToolSecret {
  readonly value: string;
  /** Tenants whose tools may reference the secret. Absent: all. */
  readonly tenants?: readonly string[];
  /** Hosts that the secret may be sent to. Absent: all. */
  readonly hosts?: readonly string[];
}

const secret = z.union([
  z.string().transform((value) => ({ value })),
  z.strictObject({
    value: z.string(),
    tenants: z.exactOptional(z.array(z.string())),
    hosts: z.exactOptional(z.array(z.string())),
  }),
]);
const secretNames = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const SECRETS_SHAPE =
  "it must be a JSON object of names and texts, or {value, tenants?, hosts?}; no text may be empty or hold a line break";

/** The setting OPSPAWN_TOOL_SECRETS. Error messages never quote its value. */
export const toolSecrets = z
  .string()
  .default("{}")
  .transform((value, ctx) => {
    const parsed = z.record(secretNames, secret).safeParse(parseJson(value.trim() || "{}"));
    const sendable =
      parsed.success &&
      Object.values(parsed.data).every((one) => /^[\t\x20-\x7e\x80-\xff]+$/.test(one.value));
    if (!sendable) {
      ctx.issues.push({ code: "custom", message: SECRETS_SHAPE, input: undefined });
      return z.NEVER;
    }
    return parsed.data;
  });

const MIN_ADMIN_KEY_CHARS = 32;
/** The setting OPSPAWN_ADMIN_KEY. Error messages never quote its value. */
export const adminKey = text
  .transform((value, ctx) => {
    if (
      value !== undefined &&
      (value.length < MIN_ADMIN_KEY_CHARS || !/^[\x21-\x7e]+$/.test(value))
    ) {
      const message = `it must have ${MIN_ADMIN_KEY_CHARS} characters or more, without spaces`;
      ctx.issues.push({ code: "custom", message, input: undefined });
      return z.NEVER;
    }
    return value;
  })
  .optional();

const KEY_BYTES = 32;
/** The setting OPSPAWN_ENCRYPTION_KEY. Error messages never quote its value. */
export const encryptionKey = text
  .transform((value, ctx) => {
    if (value === undefined) {
      return undefined;
    }
    const hex = /^(?:[0-9a-f]{2})+$/i.test(value);
    const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
    const bytes = hex || base64 ? Buffer.from(value, hex ? "hex" : "base64") : null;
    if (bytes === null || bytes.byteLength < KEY_BYTES) {
      const message = `it must be ${KEY_BYTES} random bytes or more, as base64 or hex`;
      ctx.issues.push({ code: "custom", message, input: undefined });
      return z.NEVER;
    }
    return new Uint8Array(bytes);
  })
  .optional();
