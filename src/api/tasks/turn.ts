/** Finds the place of a new task in a conversation, and what it knows of the turns before it. */
import { isTerminal } from "../../run/decide/view.ts";
import { newId } from "../../run/value/id.ts";
import { goalOf } from "../../run/spec/spec.ts";
import type { JsonObject } from "../../run/value/json.ts";
import type { ListedConversation } from "../../store/conversations.ts";
import type { Caller } from "../../store/keys.ts";
import { specOf, type NewTask, type TaskRow } from "../../store/tasks/rows.ts";
import type { TurnPlace } from "../../store/tasks/turn-place.ts";
import type { ApiDeps } from "../context.ts";
import { fieldProblem, Problem } from "../http/problem.ts";
import type { SubmitBody } from "./schemas.ts";

/** A turn to insert. */
export interface NewTurn {
  readonly place: TurnPlace;
  readonly columns: Pick<
    NewTask,
    "conversation_id" | "continues_task_id" | "history" | "waiting_for"
  >;
  /** The agent and the subject that the turn has unless it names others; null for none. */
  readonly agent: string | null;
  readonly subject: string | null;
}

/** A message to a running turn, in place of a new turn. */
export interface TurnMessage {
  readonly told: TaskRow;
  readonly content: string;
}

/** The chain that a turn continues, and its newest task. */
interface Chain {
  readonly place: TurnPlace;
  readonly head: TaskRow | null;
  readonly subject: string | null;
}

const INTERRUPTED = "The next turn of the conversation interrupts this one.";

/**
 * Returns the turn that a body is, or the message that it becomes; null outside of conversations.
 * @param again true if another turn was inserted since this was called before
 * @throws Problem `conversation_busy`, `validation_failed`
 */
export async function turnOf(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  again: boolean,
): Promise<NewTurn | TurnMessage | null> {
  const chain = await chainOf(deps, caller, body, again);
  if (chain === null) {
    return null;
  }
  const { head } = chain;
  if (head === null) {
    return turn(chain, null);
  }
  const past = await deps.pastOf(head);
  if (!past.open) {
    return turn(chain, past.history);
  }
  const running = chain.place.branchedFrom === null ? (body.on_busy ?? "reject") : "reject";
  switch (running) {
    case "reject":
      throw busy(head.task_id);
    case "queue":
      return queued(chain);
    case "interrupt": {
      await interrupt(deps, caller, head);
      const after = await deps.pastOf(head);
      if (after.open) {
        throw busy(head.task_id);
      }
      return turn(chain, after.history);
    }
    case "tell": {
      if (body.input_data.attachments !== undefined) {
        const detail = "cannot be sent to a running turn; queue the turn";
        throw fieldProblem("validation_failed", "/input_data/attachments", detail);
      }
      const [first = head] = await openTurns(deps, head);
      return { told: first, content: goalOf(body.input_data as JsonObject) };
    }
    default:
      return running satisfies never;
  }
}

/** Returns the problem of a turn that came too early or too late. @param head the newest turn */
export function busy(head: string): Problem {
  return new Problem("conversation_busy", `The turn "${head}" has not ended.`, {
    headers: { Location: `/api/v1/tasks/${head}` },
  });
}

async function chainOf(
  deps: ApiDeps,
  { tenantId }: Caller,
  { conversation, continues }: SubmitBody,
  again: boolean,
): Promise<Chain | null> {
  if (conversation !== undefined) {
    const found = await deps.conversations.get(tenantId, conversation);
    return found === null ? started(conversation) : continued(deps, tenantId, found);
  }
  if (continues === undefined) {
    return null;
  }
  const earlier = await deps.tasks.get(tenantId, continues);
  if (earlier === null) {
    throw fieldProblem("validation_failed", "/continues", "is not the id of a task");
  }
  const found =
    earlier.conversation_id === null
      ? null
      : await deps.conversations.get(tenantId, earlier.conversation_id);
  if (found?.head_task_id === continues) {
    return continued(deps, tenantId, found);
  }
  if (again) {
    // The earlier task was the newest turn when the request came.
    throw busy(found?.head_task_id ?? continues);
  }
  const isFirst = found === null;
  const id = isFirst
    ? continues.replace(/^task_/, "conversation_")
    : newId("conversation", deps.now(), crypto.getRandomValues(new Uint8Array(16)));
  const { place } = started(id);
  return {
    place: { ...place, ...(isFirst ? { first: continues } : { branchedFrom: continues }) },
    head: earlier,
    subject: earlier.subject,
  };
}

function started(conversationId: string): Chain {
  const place = { conversationId, head: null, queued: false, first: null, branchedFrom: null };
  return { place, head: null, subject: null };
}

async function continued(
  deps: ApiDeps,
  tenantId: string,
  { conversation_id, head_task_id, subject }: ListedConversation,
): Promise<Chain> {
  const { place } = started(conversation_id);
  return {
    place: { ...place, head: head_task_id },
    head: await deps.tasks.get(tenantId, head_task_id),
    subject,
  };
}

function turn({ place, head, subject }: Chain, history: NewTask["history"]): NewTurn {
  return {
    place,
    columns: {
      conversation_id: place.conversationId,
      continues_task_id: head?.task_id ?? null,
      history,
      waiting_for: null,
    },
    agent: head?.agent ?? null,
    subject,
  };
}

function queued(chain: Chain): NewTurn {
  const made = turn(chain, null);
  return {
    ...made,
    place: { ...chain.place, queued: true },
    columns: { ...made.columns, waiting_for: "turn" },
  };
}

/** Cancels all turns that have not ended, the newest first, so that none of them starts. */
async function interrupt(deps: ApiDeps, caller: Caller, head: TaskRow): Promise<void> {
  for (const row of (await openTurns(deps, head)).toReversed()) {
    await deps
      .run(row.tenant_id, row.task_id)
      .cancel(JSON.stringify(specOf(row)), { reason: INTERRUPTED, by: caller.keyId });
  }
}

/** Returns the turns of a task's conversation that have not ended, as far as D1 knows. */
async function openTurns(deps: ApiDeps, head: TaskRow): Promise<readonly TaskRow[]> {
  const { tenant_id, conversation_id } = head;
  const open =
    conversation_id === null ? [head] : await deps.conversations.open(tenant_id, conversation_id);
  return open.filter(({ status }) => !isTerminal(status));
}
