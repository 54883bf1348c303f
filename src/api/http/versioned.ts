/**
 * HTTP for versioned resources: entity tags, conditional changes (`If-Match`), and the problems of
 * a resource that is missing, changed or exists already.
 */
import { cut } from "../../run/value/cut.ts";
import type { Version } from "../../store/versioned.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import { tagsIn } from "./conditional.ts";
import { Problem, type ProblemCode } from "./problem.ts";

/** Description of one kind of resource. */
export interface Kind<Row extends Version> {
  /** Noun with its article: `an agent`. */
  readonly noun: `${"a" | "an"} ${string}`;
  /** Reads the latest version, or null. */
  current(deps: ApiDeps, tenantId: string, name: string): Promise<Row | null>;
}

/** Description of one kind of resource whose names clients choose. */
export interface NamedKind<Row extends Version> extends Kind<Row> {
  readonly exists: ProblemCode;
  /** Code and detail of the problem when the tenant's limit is reached. */
  readonly full: readonly [ProblemCode, string];
}

/** Returns the entity tag of a version. It differs for a resource that is deleted and recreated. */
export function etagOf({ version, created_at }: Version): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/** One kind of resource of the caller's tenant, by id or name. */
export class ConditionalResource<Row extends Version> {
  readonly #kind: Kind<Row>;

  constructor(kind: Kind<Row>) {
    this.#kind = kind;
  }

  /** Returns the latest version. @throws Problem `not_found` */
  async current({ deps, caller }: RequestContext, name: string): Promise<Row> {
    const row = await this.#kind.current(deps, caller.tenantId, name);
    if (row === null) {
      throw this.notFound(name);
    }
    return row;
  }

  /**
   * Returns the version that a change expects, or null for any version.
   * @param ifMatch the `If-Match` header
   * @throws Problem `precondition_failed`, `not_found`
   */
  async expected(
    request: RequestContext,
    name: string,
    ifMatch: string | undefined,
  ): Promise<Version | null> {
    const tags = tagsIn(ifMatch);
    if (tags === null) {
      return null;
    }
    const version = await this.current(request, name);
    if (tags.has("*")) {
      return null;
    }
    if (!tags.has(etagOf(version))) {
      throw new Problem("precondition_failed", `The ${this.#word} has another version.`, {
        headers: { ETag: etagOf(version) },
      });
    }
    return version;
  }

  /** Returns why a conditional change changed nothing. @throws Problem `not_found` */
  async missed(request: RequestContext, name: string): Promise<Problem> {
    return this.changed(name, await this.current(request, name));
  }

  /** Returns the problem of a change that lost to a concurrent one. */
  changed(name: string, current: Version): Problem {
    const detail = `The ${this.#word} ${name} has changed.`;
    return new Problem("precondition_failed", detail, { headers: { ETag: etagOf(current) } });
  }

  notFound(name: string): Problem {
    const detail = `Unknown ${this.#word} ${JSON.stringify(cut(name, 128))}.`;
    return new Problem("not_found", detail);
  }

  get #word(): string {
    return this.#kind.noun.replace(/^an? /, "");
  }
}

/** One kind of resource whose names clients choose. */
export class VersionedResource<Row extends Version> extends ConditionalResource<Row> {
  readonly #kind: NamedKind<Row>;

  constructor(kind: NamedKind<Row>) {
    super(kind);
    this.#kind = kind;
  }

  /** Returns why a resource was not inserted. @param isTaken whether its name exists */
  notInserted(name: string, isTaken: boolean): Problem {
    const { noun, exists } = this.#kind;
    return isTaken
      ? new Problem(
          exists,
          `${noun.replace(/^a/, "A")} named ${name} already exists; replace it with PUT.`,
        )
      : this.noRoom();
  }

  noRoom(): Problem {
    const [code, detail] = this.#kind.full;
    return new Problem(code, detail);
  }
}
