/** The moment at which a run is shown: moved at once, and in the address when it rests. */
import { useEffect, useRef, useState } from "preact/hooks";
import { changeQuery, place } from "../../route/location.ts";
import { readQuery } from "../../route/query-state.ts";
import { RUN_FIELDS } from "./run-fields.ts";

/** Browsers refuse an address that changes with each move of a slider. */
const REST_MS = 200;

interface Moment {
  /** `seq` of the event after which the run is shown; null for now. */
  readonly to: number | null;
  readonly goTo: (seq: number | null) => void;
}

/** Keeps the moment. */
export function useMoment(): Moment {
  const { to: inAddress } = readQuery(RUN_FIELDS, place.value.search);
  const [to, setTo] = useState(inAddress);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setTo(inAddress), [inAddress]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    to,
    goTo: (seq) => {
      setTo(seq);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => changeQuery({ to: seq }), REST_MS);
    },
  };
}
