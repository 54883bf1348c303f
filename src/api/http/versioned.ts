/**
 * Versioned resources as HTTP has them: entity tags, the condition that a client puts on a change
 * (`If-Match`), and how a request is refused whose resource is missing, changed or taken.
 */
import type { Version } from "../../store/versioned.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import { Problem, type ProblemCode } from "./problem.ts";

/** What tells one kind of resource from another. */
export interface Kind<Row extends Version> {
  /** What people call it, with its article: `an agent`. */
  readonly noun: `${"a" | "an"} ${string}`;
  readonly exists: ProblemCode;
  /** Code and detail of the refusal when the tenant has no room for more. */
  readonly full: readonly [ProblemCode, string];
  /** Reads the newest version; null where there is none. */
  current(deps: ApiDeps, tenantId: string, name: string): Promise<Row | null>;
}

/** Returns the entity tag of a version; a resource that was deleted and made again has another. */
export function etagOf({ version, created_at }: Version): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/** One kind of resource of the caller's tenant, by name. */
export class VersionedResource<Row extends Version> {
  readonly #kind: Kind<Row>;

  constructor(kind: Kind<Row>) {
    this.#kind = kind;
  }

  /** The newest version. @throws Problem `not_found` */
  async current({ deps, caller }: RequestContext, name: string): Promise<Row> {
    const row = await this.#kind.current(deps, caller.tenantId, name);
    if (row === null) {
      throw this.notFound(name);
    }
    return row;
  }

  /**
   * The version that a change is for; null where any will do.
   * @param ifMatch the header
   * @throws Problem `precondition_failed`, `not_found`
   */
  async expected(
    request: RequestContext,
    name: string,
    ifMatch: string | undefined,
  ): Promise<Version | null> {
    if (ifMatch === undefined) {
      return null;
    }
    const version = await this.current(request, name);
    const tags = new Set(ifMatch.split(",").map((tag) => tag.trim()));
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

  /** Why a change at the expected version changed nothing. @throws Problem `not_found` */
  async missed(request: RequestContext, name: string): Promise<Problem> {
    return this.changed(name, await this.current(request, name));
  }

  /** The refusal of a change that another one was faster than. */
  changed(name: string, current: Version): Problem {
    const detail = `The ${this.#word} ${name} has changed.`;
    return new Problem("precondition_failed", detail, { headers: { ETag: etagOf(current) } });
  }

  /** Why a new one was not inserted. @param isTaken whether its name is */
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

  notFound(name: string): Problem {
    const detail = `Unknown ${this.#word} ${JSON.stringify(name.slice(0, 128))}.`;
    return new Problem("not_found", detail);
  }

  get #word(): string {
    return this.#kind.noun.replace(/^an? /, "");
  }
}
