/** The list of conversations. */
import type { Conversation } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { StatusCell } from "../../parts/status.tsx";
import type { Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";

const EVERY_MS = 15_000;

const COLUMNS: readonly Column<Conversation>[] = [
  {
    id: "last",
    header: "Conversation",
    cell: ({ id, last_message }) => (
      <a href={hrefTo(["conversations", id])}>
        <Line text={last_message ?? id} />
      </a>
    ),
  },
  {
    id: "name",
    header: "Name",
    width: "180px",
    hide: "m",
    cell: ({ id }) => <Line text={id} class="muted" />,
  },
  {
    id: "agent",
    header: "Agent",
    width: "130px",
    hide: "m",
    cell: ({ agent }) => <Line text={agent ?? ""} />,
  },
  {
    id: "status",
    header: "Newest turn",
    width: "130px",
    cell: ({ status }) => (status === null ? "" : <StatusCell status={status} waitingFor={null} />),
  },
  {
    id: "turns",
    header: "Turns",
    width: "70px",
    isNumber: true,
    hide: "s",
    cell: ({ turns }) => turns,
  },
  {
    id: "age",
    header: "Age",
    width: "72px",
    isNumber: true,
    hide: "s",
    cell: ({ updated_at }) => <Ago at={updated_at} />,
  },
];

/** The view of the conversations. */
export function Conversations() {
  return (
    <ListView
      title="Conversations"
      about="Chains of tasks that know what the earlier ones said"
      name="conversations"
      read={({ conversations }, query, signal) => conversations.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ id }) => id}
      hrefOf={({ id }) => hrefTo(["conversations", id])}
      empty={{
        icon: "chat",
        title: "No conversations yet",
        text: "A task with a conversation starts one; opspawn chat does it in a terminal.",
      }}
    />
  );
}
