/** The state of a webhook, in shape, colour and words. */
import type { Webhook } from "../../../../sdk/src/model.ts";
import { Mark } from "../../parts/chip.tsx";

const REASONS = { gone: "disabled: it is gone", failing: "disabled: it failed for days" } as const;

/** Enabled, failing or disabled, with the reason. */
export function HookState({ hook }: { readonly hook: Webhook }) {
  const { enabled, disabled_reason, failing_since } = hook;
  if (!enabled) {
    const text = disabled_reason === null ? "disabled" : REASONS[disabled_reason];
    return <State tone={disabled_reason === null ? "calm" : "bad"} text={text} />;
  }
  return failing_since === null ? (
    <State tone="ok" text="enabled" />
  ) : (
    <State tone="wait" text="failing" />
  );
}

function State({
  tone,
  text,
}: {
  readonly tone: "ok" | "wait" | "bad" | "calm";
  readonly text: string;
}) {
  return (
    <span class={`status tone-${tone}`}>
      <Mark tone={tone} /> <span class="clip">{text}</span>
    </span>
  );
}
