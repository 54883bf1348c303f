/**
 * Looks up the secrets of tenants: for tools the tenant's own and then those of the deployment, for
 * model calls the tenant's own API keys. A value that was looked up is used for a few seconds, so a
 * new value needs no deployment and no restart.
 */
import { ToolStop } from "../../../run/value/failure.ts";
import { providerOfSecret, providerSecret } from "../../../run/spec/secret.ts";
import type { SecretLookup } from "../tool.ts";
import { secretFor, type Secrets } from "./secrets.ts";

/** A stored secret; see `store/tenant-secrets.ts`. */
export interface StoredSecret {
  readonly sealed: string;
  /** Hosts that the value may be sent to; null for any host. */
  readonly hosts: readonly string[] | null;
  /** `YYYY-MM-DD`; null for never. */
  readonly last_used_on: string | null;
}

/** The dependencies of a lookup. */
export interface SecretHost {
  readonly rows: {
    get(tenantId: string, name: string): Promise<StoredSecret | null>;
    used(tenantId: string, name: string, day: string): Promise<void>;
  };
  /** Opens a sealed value; see `crypto/tenant-secrets.ts`. */
  readonly vault: {
    readonly kept: boolean;
    open(tenantId: string, name: string, sealed: string): Promise<string | null>;
  };
  /** Secrets of the deployment that its tenants may use. */
  readonly deployment: Secrets;
  /** How long a value is used without another lookup, milliseconds. */
  readonly cacheMs: number;
  now(): number;
  fault(name: string, error: unknown): void;
}

/** The outcome of a lookup of an API key. `unreadable`: it was sealed with another key. */
export type OwnKey =
  | { readonly kind: "key"; readonly value: string }
  | { readonly kind: "unreadable" };

/** An opened secret. The value is null if it was sealed with another encryption key. */
interface Opened {
  readonly value: string | null;
  readonly hosts: readonly string[] | null;
}

/** Maximum number of cached lookups in one isolate. */
const MAX_CACHED = 1000;

export class SecretLookups {
  readonly #host: SecretHost;
  // Holds values and no promises: the objects of several runs share it, and none may wait for the
  // work of another.
  readonly #cached = new Map<string, { readonly found: Opened | null; readonly until: number }>();

  constructor(host: SecretHost) {
    this.#host = host;
  }

  /** Returns the secrets that a tenant's tools may use. */
  forTools(tenantId: string): SecretLookup {
    return { find: (name, host) => this.#find(tenantId, name, host) };
  }

  /** Whether tenants can have secrets of their own. */
  get kept(): boolean {
    return this.#host.vault.kept;
  }

  /**
   * Returns a tenant's own API key of a provider, or null if it has none.
   * @throws what the database throws
   */
  async ownKey(tenantId: string, provider: string): Promise<OwnKey | null> {
    const own = await this.#opened(tenantId, providerSecret(provider));
    if (own === null) {
      return null;
    }
    return own.value === null ? { kind: "unreadable" } : { kind: "key", value: own.value };
  }

  async #find(tenantId: string, name: string, host?: string): Promise<string | null> {
    // Keys of providers are for model calls only: a registered tool could send them anywhere.
    const own = providerOfSecret(name) === null ? await this.#readable(tenantId, name) : null;
    if (own === null) {
      return secretFor(this.#host.deployment.get(name), tenantId, host);
    }
    if (own.value === null) {
      const detail = `The secret ${name} was encrypted with another OPSPAWN_ENCRYPTION_KEY; set it again.`;
      throw new ToolStop("secret_missing", detail);
    }
    return host === undefined || (own.hosts?.includes(host) ?? true) ? own.value : null;
  }

  /** @throws ToolStop in place of an error of the database, whose text is not for the model */
  async #readable(tenantId: string, name: string): Promise<Opened | null> {
    try {
      return await this.#opened(tenantId, name);
    } catch (error) {
      this.#host.fault("secret.read", error);
      throw new ToolStop("tool_error", `The secret ${name} could not be read.`, { cause: error });
    }
  }

  async #opened(tenantId: string, name: string): Promise<Opened | null> {
    const { vault, rows, cacheMs } = this.#host;
    if (!vault.kept) {
      return null;
    }
    const now = this.#host.now();
    const key = JSON.stringify([tenantId, name]);
    const cached = this.#cached.get(key);
    if (cached !== undefined && cached.until > now) {
      return cached.found;
    }
    const row = await rows.get(tenantId, name);
    const found =
      row === null
        ? null
        : { value: await vault.open(tenantId, name, row.sealed), hosts: row.hosts };
    this.#cached.delete(key);
    const oldest = this.#cached.keys().next();
    if (this.#cached.size >= MAX_CACHED && oldest.done !== true) {
      this.#cached.delete(oldest.value);
    }
    this.#cached.set(key, { found, until: now + cacheMs });
    if (row !== null) {
      await this.#noteUse(tenantId, name, row.last_used_on, now);
    }
    return found;
  }

  /** Stores the day of use. A failure does not fail the call. */
  async #noteUse(tenantId: string, name: string, last: string | null, now: number): Promise<void> {
    const day = new Date(now).toISOString().slice(0, 10);
    if (last !== null && last >= day) {
      return;
    }
    try {
      await this.#host.rows.used(tenantId, name, day);
    } catch (error) {
      this.#host.fault("secret.used", error);
    }
  }
}
