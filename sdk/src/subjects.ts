/** Subjects: everything that is stored about whom or what tasks are about. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import { ConnectionError, OpspawnError } from "./errors.ts";
import type { SubjectDeletion } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { recordIn } from "./problem.ts";
import { linesOf } from "./stream-events.ts";

/** A record of an export: `kind` says what it is. */
export interface SubjectRecord {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The media type of JSON on each line. */
const NDJSON = "application/x-ndjson";

export class Subjects {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * The memory stores about a subject with their content, and the ids of its tasks, conversations and
   * schedules. Needs the scopes `memory:read` and `tasks:read`.
   * @throws APIError `not_found` if nothing is stored; ConnectionError if the export is incomplete
   */
  async *export(
    subject: string,
    { signal, headers }: Pick<CallOptions, "signal" | "headers"> = {},
  ): AsyncGenerator<SubjectRecord, void, undefined> {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    try {
      const spec = { path: { subject }, signal: either, headers };
      const response = await this.#api.open("exportSubject", spec, NDJSON);
      for await (const line of linesOf(response, this.#api, stop)) {
        const record = recordIn(line);
        const { kind } = record ?? {};
        if (kind === "end") {
          return;
        }
        if (typeof kind === "string") {
          yield { ...record, kind };
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof OpspawnError
        ? error
        : new ConnectionError(this.#api.url, "the export was interrupted", { cause: error });
    } finally {
      stop.abort();
    }
    throw new ConnectionError(this.#api.url, "the export is incomplete");
  }

  /**
   * Starts the deletion of everything that is stored about a subject, or returns the one that runs.
   * Needs the scopes `memory:write`, `tasks:write` and `schedules:write`.
   * @throws APIError `not_found` if nothing is stored
   */
  delete(
    subject: string,
    query: QueryOf<"deleteSubject"> = {},
    options: CallOptions = {},
  ): ApiPromise<SubjectDeletion> {
    return this.#api.call("deleteSubject", { ...options, path: { subject }, query });
  }

  /** The last deletion of a subject. @throws APIError `not_found` */
  deletion(subject: string, options: CallOptions = {}): ApiPromise<SubjectDeletion> {
    return this.#api.call("getSubjectDeletion", { ...options, path: { subject } });
  }
}
