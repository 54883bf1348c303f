/** Many equal calls of a tool as one line, and on request each of them. */
import { useState } from "preact/hooks";
import type { ToolCall } from "../../log/model.ts";
import { Mark, type Tone } from "../../parts/chip.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Line } from "../../parts/text.tsx";
import { useRun } from "./context.ts";
import { ToolCard } from "./tool-card.tsx";

/** The line of a group; open while one of its calls is selected. */
export function ToolGroup({ calls }: { readonly calls: readonly ToolCall[] }) {
  const { selectedCall } = useRun();
  const [isOpen, setOpen] = useState(false);
  const isShown = isOpen || calls.some(({ id }) => id === selectedCall);
  const { tone, about } = stateOf(calls);
  return (
    <>
      <article class="tool-card">
        <button
          type="button"
          class="tool-head"
          aria-expanded={isShown}
          onClick={() => setOpen(!isShown)}
        >
          <Mark tone={tone} isLive={tone === "run"} />
          <span class="tool-name">
            <Line text={`${calls[0]?.name ?? ""} × ${calls.length}`} />
          </span>
          <span class="tool-about">{about}</span>
          <span class="tool-facts" />
          <span class={isShown ? "tool-twist tool-twist-open" : "tool-twist"}>
            <Icon name="chevron" size={14} />
          </span>
        </button>
      </article>
      {isShown && calls.map((call) => <ToolCard key={call.id} call={call} />)}
    </>
  );
}

/** How the calls stand together: the gravest state, and how many are in each. */
function stateOf(calls: readonly ToolCall[]): { readonly tone: Tone; readonly about: string } {
  const count = (...states: readonly ToolCall["state"][]): number =>
    calls.filter(({ state }) => states.includes(state)).length;
  const [running, held, bad] = [count("running"), count("held"), count("failed", "unknown")];
  const parts = [
    [count("done"), "done"],
    [running, "running"],
    [held, "waiting"],
    [bad, "failed"],
    [count("void"), "without an outcome"],
  ] as const;
  return {
    tone: bad > 0 ? "bad" : held > 0 ? "wait" : running > 0 ? "run" : "ok",
    about: parts.flatMap(([n, text]) => (n === 0 ? [] : [`${n} ${text}`])).join(", "),
  };
}
