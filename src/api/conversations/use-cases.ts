/** Use cases that read conversations, for every transport. */
import type { ConversationTurn, ListedConversation } from "../../store/conversations.ts";
import type { RequestContext } from "../context.ts";
import { cursorAt, cursorOf, DEFAULT_LIMIT, pageOf, type ListPage } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import type { PageQuery } from "../schemas.ts";
import type { ConversationJson, MessageJson } from "./schemas.ts";

const PLACE = /^conversation (\S+) (\S+)$/;
const TURN = /^turn \d{1,9}$/;

/** Returns a page of conversations, those with the newest turns first. @throws Problem */
export async function conversationPage(
  { deps, caller }: RequestContext,
  query: PageQuery & { readonly subject?: string | undefined },
): Promise<ListPage<ConversationJson>> {
  const { limit = DEFAULT_LIMIT, cursor, subject = null } = query;
  const [, updatedAt = "", id = ""] =
    cursor === undefined
      ? []
      : (PLACE.exec(await cursorOf(deps, caller, cursor, { form: PLACE })) ?? []);
  const after = cursor === undefined ? null : { updatedAt, id };
  const found = await deps.conversations.list(caller.tenantId, subject, limit + 1, after);
  const { data, next_cursor } = await pageOf(
    deps,
    caller,
    found,
    limit,
    ({ updated_at, conversation_id }) => `conversation ${updated_at} ${conversation_id}`,
  );
  return { data: data.map(conversationJson), next_cursor };
}

/** Returns a page of what was said in a conversation, oldest first. @throws Problem `not_found` */
export async function messagePage(
  request: RequestContext,
  id: string,
  query: PageQuery,
): Promise<ListPage<MessageJson>> {
  const found = await conversationOf(request, id);
  const { data, next_cursor } = await turnPage(request, found, query);
  return { data: data.flatMap(messagesOf), next_cursor };
}

/** Returns a conversation of the caller's tenant. @throws Problem `not_found` */
export async function conversationOf(
  { deps, caller }: RequestContext,
  id: string,
): Promise<ListedConversation> {
  const found = await deps.conversations.get(caller.tenantId, id);
  if (found === null) {
    throw new Problem("not_found", `Unknown conversation "${id}".`);
  }
  return found;
}

/** Returns a page of the turns of a conversation, oldest first. @throws Problem */
export async function turnPage(
  { deps, caller }: RequestContext,
  { conversation_id }: ListedConversation,
  { limit = DEFAULT_LIMIT, cursor }: PageQuery,
): Promise<ListPage<ConversationTurn>> {
  const position = cursor && (await cursorOf(deps, caller, cursor, { form: TURN }));
  const after = Number(position?.slice("turn ".length) ?? 0);
  const found = await deps.conversations.turns(caller.tenantId, conversation_id, after, limit + 1);
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  return {
    data,
    next_cursor: await cursorAt(deps, caller, last === undefined ? null : `turn ${last.turn}`),
  };
}

/** Returns the JSON of a conversation. */
export function conversationJson(row: ListedConversation): ConversationJson {
  const { conversation_id, goal, ...fields } = row;
  return { id: conversation_id, ...fields, last_message: goal };
}

function messagesOf(turn: ConversationTurn): MessageJson[] {
  const { task_id, turn: number, status, goal, answer, created_at, completed_at } = turn;
  const shown = { task_id, turn: number, status };
  const asked = { ...shown, role: "user" as const, text: goal, created_at };
  return status === "completed"
    ? [asked, { ...shown, role: "assistant", text: answer, created_at: completed_at ?? created_at }]
    : [asked];
}
