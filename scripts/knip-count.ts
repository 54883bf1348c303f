/** A knip reporter that says how many files it looked at, for scripts/check.ts. */
import type { Reporter } from "knip";

const reporter: Reporter = ({ counters }) => {
  console.log(`knip looked at ${counters.total} files`);
};

export default reporter;
