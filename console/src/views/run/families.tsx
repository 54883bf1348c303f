/** Chips that include or leave out families of events, by changing the query of the log. */
import { FAMILIES, familyState, withNextFamily, type FamilyState } from "../../log/search.ts";

interface FamiliesProps {
  readonly query: string;
  readonly onChange: (query: string) => void;
}

const SIGNS: Readonly<Record<FamilyState, string>> = { any: "", only: "+ ", not: "− " };
const WORDS: Readonly<Record<FamilyState, string>> = {
  any: "shown",
  only: "only these",
  not: "left out",
};

/** The chips: a press shows only a family, the next leaves it out, the third ends that. */
export function Families({ query, onChange }: FamiliesProps) {
  return (
    <div class="log-families" role="group" aria-label="Types of events">
      {FAMILIES.map((family) => {
        const state = familyState(query, family);
        return (
          <button
            key={family}
            type="button"
            class={`log-family log-family-${state}`}
            aria-label={`${family}: ${WORDS[state]}`}
            onClick={() => onChange(withNextFamily(query, family))}
          >
            {SIGNS[state]}
            {family}
          </button>
        );
      })}
    </div>
  );
}
