/** Schedules: tasks that the service submits by the clock. Changes need the scope `schedules:write`. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type {
  Backfill,
  BackfillSchedule,
  Firing,
  FiringList,
  OccurrenceList,
  PreviewSchedule,
  Schedule,
  ScheduleList,
  ScheduleNote,
  TriggerSchedule,
  WriteSchedule,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Schedules {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Schedules, newest first. */
  list(query: QueryOf<"listSchedules"> = {}, options: CallOptions = {}): Paged<ScheduleList> {
    return new Paged((cursor) =>
      this.#api.call("listSchedules", { ...options, query: queryAt(query, cursor) }),
    );
  }

  create(body: WriteSchedule, options: CallOptions = {}): ApiPromise<Schedule> {
    return this.#api.call("createSchedule", { ...options, body });
  }

  get(id: string, options: CallOptions = {}): ApiPromise<Schedule> {
    return this.#api.call("getSchedule", { ...options, path: { id } });
  }

  /** Replaces the whole schedule. It stays paused if it is, and makes nothing of the past. */
  replace(id: string, body: WriteSchedule, options: ConditionalOptions = {}): ApiPromise<Schedule> {
    return this.#api.call("replaceSchedule", { ...options, path: { id }, body });
  }

  /** Deletes a schedule with the records of its firings. Its tasks stay. */
  delete(id: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteSchedule", { ...options, path: { id } });
  }

  pause(
    id: string,
    body: ScheduleNote = {},
    options: ConditionalOptions = {},
  ): ApiPromise<Schedule> {
    return this.#api.call("pauseSchedule", { ...options, path: { id }, body });
  }

  /** Resumes a schedule. Occurrences of the pause are not made. */
  resume(
    id: string,
    body: ScheduleNote = {},
    options: ConditionalOptions = {},
  ): ApiPromise<Schedule> {
    return this.#api.call("resumeSchedule", { ...options, path: { id }, body });
  }

  /** Fires now. The firing says whether there is a task, or why not. */
  trigger(id: string, body: TriggerSchedule = {}, options: CallOptions = {}): ApiPromise<Firing> {
    return this.#api.call("triggerSchedule", { ...options, path: { id }, body });
  }

  /** Makes the occurrences of a span that have no task, or shows them with `dry_run`. */
  backfill(id: string, body: BackfillSchedule, options: CallOptions = {}): ApiPromise<Backfill> {
    return this.#api.call("backfillSchedule", { ...options, path: { id }, body });
  }

  /** Firings, made or not, newest occurrence first. */
  fires(
    id: string,
    query: QueryOf<"listFirings"> = {},
    options: CallOptions = {},
  ): Paged<FiringList> {
    return new Paged((cursor) =>
      this.#api.call("listFirings", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /** The next occurrences of a schedule. */
  next(
    id: string,
    query: QueryOf<"listOccurrences"> = {},
    options: CallOptions = {},
  ): Paged<OccurrenceList> {
    return new Paged((cursor) =>
      this.#api.call("listOccurrences", {
        ...options,
        path: { id },
        query: queryAt(query, cursor),
      }),
    );
  }

  /** The occurrences of a spec, without a schedule. */
  preview(body: PreviewSchedule, options: CallOptions = {}): ApiPromise<OccurrenceList> {
    return this.#api.call("previewSchedule", { ...options, body });
  }
}
