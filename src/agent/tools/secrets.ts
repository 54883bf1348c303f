/**
 * Secrets in the headers of registered tools: a definition names them, and what they stand for is
 * looked up when the tool is called. A value goes to the server and nowhere else: not into an event,
 * an error or a log, not even where the server sends it back.
 */
import { ToolStop } from "../../run/failure.ts";

/** A secret of the deployment, and who may send it where; absent means anybody, anywhere. */
export interface Secret {
  readonly value: string;
  readonly tenants?: readonly string[];
  readonly hosts?: readonly string[];
}
export type Secrets = ReadonlyMap<string, Secret>;

const REFERENCE = /\$\{secret:([A-Za-z0-9_.-]{1,64})\}/g;

/** A server's echo shorter than this is no leak, and hiding it would garble every answer. */
const MIN_HIDDEN_CHARS = 4;

/** Headers with their secrets, and a way to hide these again. */
export interface FilledHeaders {
  readonly headers: Headers;
  readonly hide: (text: string) => string;
}

/**
 * @param host where the headers go, as a URL spells it
 * @throws ToolStop `secret_missing`, which names the secret
 */
export function fillHeaders(
  templates: Readonly<Record<string, string>>,
  secrets: Secrets,
  tenant: string,
  host: string,
): FilledHeaders {
  const used = new Map<string, string>();
  const headers = new Headers();
  for (const [name, template] of Object.entries(templates)) {
    const value = template.replaceAll(REFERENCE, (_match, secret: string) => {
      const found = secretFor(secrets.get(secret), tenant, host);
      if (found === null) {
        throw new ToolStop("secret_missing", `The secret ${secret} is not there for this tool.`);
      }
      used.set(secret, found);
      return found;
    });
    try {
      headers.set(name, value);
    } catch {
      // The runtime's message quotes the value.
      throw new ToolStop("tool_error", `The header ${name} cannot be sent with its value.`);
    }
  }
  return { headers, hide: (text) => hidden(text, used) };
}

/** Whether a header's value names a secret. */
export function namesSecret(template: string): boolean {
  return template.search(REFERENCE) !== -1;
}

/** A header's value without what names secrets. */
export function withoutSecrets(template: string): string {
  return template.replaceAll(REFERENCE, "");
}

/** One answer for a secret that does not exist and one that is not for this tenant or server. */
function secretFor(secret: Secret | undefined, tenant: string, host: string): string | null {
  const { value, tenants, hosts } = secret ?? { value: null };
  const allowed = (tenants?.includes(tenant) ?? true) && (hosts?.includes(host) ?? true);
  return allowed ? value : null;
}

function hidden(text: string, used: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [name, value] of used) {
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1)])) {
      if (form.length >= MIN_HIDDEN_CHARS) {
        result = result.replaceAll(form, () => `[secret ${name}]`);
      }
    }
  }
  return result;
}
