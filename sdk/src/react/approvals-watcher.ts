/** The calls that wait for approval, kept up to date by the feed. */
import type { InboxEntry } from "../model.ts";
import type { Opspawn } from "../opspawn.ts";
import { Shared } from "./shared.ts";

/** Which approvals to show. */
export interface ApprovalsQuery {
  readonly agent?: string | undefined;
  readonly tool?: string | undefined;
  readonly task_id?: string | undefined;
  /** `oldest` (the default), or `expiry`: the soonest expiry first. */
  readonly order?: "oldest" | "expiry" | undefined;
}

/** A call that waits for approval. */
export type Approval = InboxEntry & { readonly kind: "approval"; readonly call_id: string };

/** The approvals so far. A new object after each change. */
export interface ApprovalsState {
  /** The first 100. */
  readonly approvals: readonly Approval[];
  readonly isLoading: boolean;
  /** Why the list is not up to date, such as an `APIError`; null if it is. */
  readonly failure: unknown;
}

/** The state before the first answer. */
export const NO_APPROVALS: ApprovalsState = { approvals: [], isLoading: true, failure: null };

const PAGE = 100;

/** Follows the approvals while a view shows them. */
export class ApprovalsWatcher extends Shared<ApprovalsState> {
  readonly #client: Opspawn;
  readonly #query: ApprovalsQuery;
  #closing = new AbortController();
  #isFetching = false;
  #isStale = false;

  constructor(client: Opspawn, query: ApprovalsQuery) {
    super(NO_APPROVALS);
    this.#client = client;
    this.#query = query;
  }

  /** Requests the list again, after a decision of this page. */
  refresh(): void {
    void this.#fetch(this.#closing.signal);
  }

  protected override begin(): void {
    this.#closing = new AbortController();
    void this.#follow(this.#closing.signal);
  }

  protected override end(): void {
    this.#closing.abort();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      // The list is requested after the feed has begun, so that no change is between them.
      const onStart = () => void this.#fetch(signal);
      for await (const change of this.#client.feed.watch({ signal, onStart })) {
        const isShown = this.state.approvals.some(({ task_id }) => task_id === change.task_id);
        if (isShown || change.waiting_for === "approval") {
          void this.#fetch(signal);
        }
      }
    } catch (failure) {
      this.#failed(failure, signal);
    }
  }

  /** Requests the list; once more if something changed while it was under way. */
  async #fetch(signal: AbortSignal): Promise<void> {
    this.#isStale = true;
    if (this.#isFetching) {
      return;
    }
    this.#isFetching = true;
    try {
      while (this.#isStale && !signal.aborted) {
        this.#isStale = false;
        const query = { ...defined(this.#query), kind: "approval" as const, limit: PAGE };
        const { data } = await this.#client.inbox.list(query, { signal });
        const approvals = data.filter((entry): entry is Approval => entry.call_id !== undefined);
        this.set({ approvals, isLoading: false, failure: null });
      }
    } catch (failure) {
      this.#failed(failure, signal);
    } finally {
      this.#isFetching = false;
    }
  }

  #failed(failure: unknown, signal: AbortSignal): void {
    if (!signal.aborted) {
      this.set({ ...this.state, isLoading: false, failure });
    }
  }
}

function defined({ agent, tool, task_id, order }: ApprovalsQuery) {
  return {
    ...(agent !== undefined && { agent }),
    ...(tool !== undefined && { tool }),
    ...(task_id !== undefined && { task_id }),
    ...(order !== undefined && { order }),
  };
}
