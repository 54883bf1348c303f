/** Seals and opens the headers that a tenant's traces are sent with. */
import type { TenantSecrets } from "./tenant-secrets.ts";

/** Where the headers are sealed for: the name of no secret has a space. */
const PLACE = "telemetry headers";

/** Returns headers as a sealed text; null without headers. @throws Error without an encryption key */
export async function sealHeaders(
  vault: TenantSecrets,
  tenantId: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | null> {
  return Object.keys(headers).length === 0
    ? null
    : vault.seal(tenantId, PLACE, JSON.stringify(headers));
}

/** Returns the headers of a sealed text; null if it was sealed with another key. */
export async function headersIn(
  vault: TenantSecrets,
  { tenant_id, headers }: { readonly tenant_id: string; readonly headers: string | null },
): Promise<Record<string, string> | null> {
  if (headers === null) {
    return {};
  }
  const text = await vault.open(tenant_id, PLACE, headers);
  return text === null ? null : (JSON.parse(text) as Record<string, string>);
}
