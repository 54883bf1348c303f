/** Sums of money. */
import { moneyText } from "./number.ts";

/** A sum in dollars; its exact value is its title. */
export function Money({ usd }: { readonly usd: number }) {
  return (
    <span class="number" title={`$${usd}`}>
      {moneyText(usd)}
    </span>
  );
}
