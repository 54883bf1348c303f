/** Counts what waits for a person, in the navigation and in the title. */
import { useEffect } from "preact/hooks";
import { useInbox } from "../data/inbox.ts";
import { waiting } from "../parts/title.ts";
import { lacking } from "../session/store.ts";
import { badges } from "./badges.ts";

/** Keeps the counts; shows nothing. */
export function Waiting() {
  return lacking("tasks:read") === null ? <Count /> : null;
}

function Count() {
  const { value } = useInbox();
  const count = value?.entries.length ?? 0;
  useEffect(() => {
    badges.value = { ...badges.value, "/inbox": count };
    waiting.value = count;
    return () => {
      badges.value = { ...badges.value, "/inbox": 0 };
      waiting.value = 0;
    };
  }, [count]);
  return null;
}
