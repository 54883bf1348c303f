/** The health of a server, in shape, colour and words. */
import type { McpServer } from "../../../../sdk/src/model.ts";
import { Mark, type Tone } from "../../parts/chip.tsx";

const WORDS = {
  ok: { tone: "ok", text: "works" },
  down: { tone: "bad", text: "down" },
  unauthorized: { tone: "wait", text: "needs authorization" },
  unknown: { tone: "calm", text: "not asked yet" },
} as const satisfies Record<McpServer["health"]["status"], { tone: Tone; text: string }>;

/** The mark and the word; a disabled server is only that. */
export function HealthMark({ server }: { readonly server: McpServer }) {
  const { tone, text } = server.enabled
    ? WORDS[server.health.status]
    : { tone: "calm" as const, text: "disabled" };
  return (
    <span class={`status tone-${tone}`}>
      <Mark tone={tone} /> <span class="clip">{text}</span>
    </span>
  );
}
