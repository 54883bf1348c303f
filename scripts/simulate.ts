/**
 * `npm run simulate`: a day of 1, 10 and 100 million tasks, from what `npm run bill` counted and the
 * platform's limits.
 */
import counts from "../bench/bill/counts.json" with { type: "json" };
import { LIMITS } from "./scale/limits.ts";
import { LOADS } from "./scale/loads.ts";
import { needs, strains } from "./scale/table.ts";

console.log(`Limits of ${LIMITS.read}.\n`);
console.log(`${strains(LOADS, counts)}\n`);
console.log(needs(LOADS, counts));
