/** How far a memory is trusted, as a chip. */
import type { MemoryItem } from "../../../../sdk/src/model.ts";
import { Chip } from "../../parts/chip.tsx";

const TRUST = {
  user: ["ok", "Written over the API"],
  agent: ["calm", "Saved by a run"],
  untrusted: ["wait", "Saved by a run that had read untrusted content"],
} as const;

/** The chip. */
export function Trust({ of }: { readonly of: MemoryItem["trust"] }) {
  const [tone, title] = TRUST[of];
  return (
    <Chip tone={tone} title={title}>
      {of}
    </Chip>
  );
}
