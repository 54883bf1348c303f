/**
 * `npm run cost`: what a month costs at Cloudflare, at three sizes, from what `npm run bill` counted
 * and the published prices. What a model's provider asks is not in it.
 */
import counts from "../bench/bill/counts.json" with { type: "json" };
import { PRICES } from "./cost/prices.ts";
import { SCENARIOS } from "./cost/scenarios.ts";
import { assumptions, costs } from "./cost/table.ts";

console.log(`Prices of ${PRICES.read}; the model's provider is not in it.\n`);
console.log(`${assumptions(SCENARIOS)}\n`);
console.log(costs(SCENARIOS, counts));
