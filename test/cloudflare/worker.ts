/** A Worker in the double's account: its versions, secrets and triggers. */
import { randomUUID } from "node:crypto";

export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly id?: string;
  readonly queue_name?: string;
}

/** The part of an upload that says what it is. */
export interface Metadata {
  readonly main_module?: string;
  readonly bindings?: readonly Binding[];
  readonly migrations?: { readonly new_tag: string; readonly old_tag?: string };
  readonly limits?: { readonly cpu_ms: number };
  /** The token that an upload of static files ended with. */
  readonly assets?: { readonly jwt: string };
}

export interface Version {
  readonly id: string;
  readonly bindings: readonly Binding[];
  /** Paths of its static files. */
  readonly assets: readonly string[];
}

export class Worker {
  readonly tag = randomUUID().replaceAll("-", "");
  readonly versions: Version[] = [];
  readonly secrets = new Map<string, string>();
  deployed: string | null = null;
  migrationTag: string | null = null;
  tags: readonly string[] = [];
  crons: readonly string[] = [];
  onSubdomain = false;

  /** A new version, whose inherited bindings are the last one's. */
  upload({ bindings = [], migrations }: Metadata, assets: readonly string[]): Version {
    const last = this.versions.at(-1)?.bindings ?? [];
    const version = {
      id: randomUUID(),
      assets,
      bindings: bindings.map((one) =>
        one.type === "inherit" ? (last.find(({ name }) => name === one.name) ?? one) : one,
      ),
    };
    this.versions.push(version);
    this.migrationTag = migrations?.new_tag ?? this.migrationTag;
    return version;
  }

  /** The version that serves. */
  get serving(): Version | undefined {
    return this.versions.find(({ id }) => id === this.deployed);
  }
}
