/** A call of a tool: one line, and on request its arguments, output and facts. */
import { useState } from "preact/hooks";
import { durationText, failureText, jsonText } from "../../../../sdk/src/view/wording.ts";
import type { ToolCall } from "../../log/model.ts";
import { Chip, Mark, type Tone } from "../../parts/chip.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Line } from "../../parts/text.tsx";
import { useRun } from "./context.ts";
import { ToolBody } from "./tool-body.tsx";

const TONES: Readonly<Record<ToolCall["state"], Tone>> = {
  running: "run",
  done: "ok",
  failed: "bad",
  held: "wait",
  unknown: "wait",
  void: "calm",
};

/** The card of a call. */
export function ToolCard({ call }: { readonly call: ToolCall }) {
  const { selectedCall } = useRun();
  const [isOpen, setOpen] = useState(false);
  const isSelected = selectedCall === call.id;
  return (
    <article
      class={`tool-card ${call.parentId === null ? "" : "tool-nested"} ${isSelected ? "talk-selected" : ""} ${call.untrusted === null ? "" : "tool-untrusted"}`}
    >
      <button
        type="button"
        class="tool-head"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Mark tone={TONES[call.state]} isLive={call.state === "running"} />
        <span class="tool-name">
          <Line text={call.name} />
        </span>
        <span class="tool-about">
          <Line text={aboutOf(call)} />
        </span>
        <span class="tool-facts">
          {call.attempts > 1 && <Chip tone="wait">{call.attempts} attempts</Chip>}
          {call.untrusted !== null && <Chip tone="wait">untrusted</Chip>}
          {call.durationMs !== null && call.durationMs > 0 && durationText(call.durationMs)}
        </span>
        <span class={isOpen ? "tool-twist tool-twist-open" : "tool-twist"}>
          <Icon name="chevron" size={14} />
        </span>
      </button>
      {call.state === "running" && call.progress !== null && (
        <p class="tool-progress">
          <Line text={call.progress} />
        </p>
      )}
      {isOpen && <ToolBody call={call} />}
    </article>
  );
}

function aboutOf(call: ToolCall): string {
  const given = call.arguments === undefined ? "" : jsonText(call.arguments);
  switch (call.state) {
    case "failed":
      return call.failure === null ? given : failureText(call.failure);
    case "done":
      return `${given} → ${jsonText(call.output)}`;
    case "held":
      return `${given} · waits for a person`;
    case "unknown":
      return `${given} · outcome unknown`;
    case "void":
      return `${given} · did not end`;
    case "running":
      return given;
  }
}
