/** Two runs side by side: up to which step they are the same, and what each did after it. */
import { useEffect, useMemo } from "preact/hooks";
import { RunFollower } from "../../data/follow.ts";
import { comparedSteps, comparisonText, groupedSteps } from "../../log/compare.ts";
import { Empty, FailureView, Skeleton } from "../../parts/states.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { place } from "../../route/location.ts";
import type { ViewProps } from "../../route/match.ts";
import { readQuery, text } from "../../route/query-state.ts";
import { OtherRun } from "./other-run.tsx";
import { Steps } from "./steps.tsx";
import { RunFacts } from "./run-facts.tsx";

const FIELDS = { with: text };

/** The view: the run of the query comes first, that of the path second. */
export function Compare({ params }: ViewProps) {
  const id = params["id"] ?? "";
  const other = readQuery(FIELDS, place.value.search).with;
  return other === "" ? (
    <>
      <PageHead title="Compare two runs" />
      <OtherRun id={id} />
    </>
  ) : (
    <Compared key={`${other} ${id}`} before={other} after={id} />
  );
}

function Compared({ before, after }: { readonly before: string; readonly after: string }) {
  const runs = [useRun(before), useRun(after)] as const;
  const versions = runs.map(({ version }) => version.value);
  const pairs = useMemo(() => comparedSteps(runs[0].fold, runs[1].fold), versions);
  const failed = runs.find(({ failure }) => failure.value !== null);
  const failure = failed?.failure.value ?? null;
  if (failure !== null && failed !== undefined && failed.version.value === 0) {
    return (
      <>
        <PageHead title="Compare two runs" />
        <FailureView failure={failure} onRetry={() => failed.retry()} />
      </>
    );
  }
  if (versions.includes(0)) {
    return <Skeleton shape="page" />;
  }
  return (
    <>
      <PageHead title="Compare two runs" about={comparisonText(pairs)} />
      <section class="compare-heads" aria-label="Runs">
        <RunFacts id={before} fold={runs[0].fold} title="Before" />
        <RunFacts id={after} fold={runs[1].fold} title="After" against={runs[0].fold} />
      </section>
      {pairs.length === 0 ? (
        <Empty title="No steps yet">They appear here as the runs make them.</Empty>
      ) : (
        <Steps groups={groupedSteps(pairs)} ids={[before, after]} />
      )}
    </>
  );
}

function useRun(id: string): RunFollower {
  const follower = useMemo(() => new RunFollower(id), [id]);
  useEffect(() => follower.start(), [follower]);
  return follower;
}
