/** The ledger of effects: each call, how often it ran, and what crashes did to it. */
import { effectSentence } from "../../log/effects.ts";
import type { ToolCall } from "../../log/model.ts";
import { Chip } from "../../parts/chip.tsx";
import { Empty } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { useRun } from "./context.ts";

const ROW_PX = 36;

/** The reading of the effects. */
export function Effects() {
  const { fold, select } = useRun();
  const calls = fold.items.filter((item) => item.kind === "tool");
  if (calls.length === 0) {
    return <Empty icon="tool" title="No tool was called yet" />;
  }
  const columns: readonly Column<ToolCall>[] = [
    {
      id: "name",
      header: "Call",
      width: "26%",
      cell: ({ name, seq }) => (
        <button type="button" class="talk-open" onClick={() => select(seq)}>
          <Line text={name} />
        </button>
      ),
    },
    {
      id: "effect",
      header: "Effect",
      width: "110px",
      cell: ({ effect }) =>
        effect === null ? "" : <Chip tone={effect === "once" ? "wait" : "calm"}>{effect}</Chip>,
    },
    { id: "said", header: "What happened", cell: effectSentence },
    {
      id: "attempts",
      header: "Attempts",
      width: "84px",
      isNumber: true,
      hide: "s",
      cell: ({ attempts }) => attempts,
    },
    {
      id: "key",
      header: "Idempotency key",
      width: "220px",
      hide: "m",
      cell: ({ idempotencyKey }) => <code>{idempotencyKey}</code>,
    },
  ];
  return (
    <div class="card run-table">
      <Table label="Effects" columns={columns} items={calls} keyOf={({ id }) => id} row={ROW_PX} />
    </div>
  );
}
