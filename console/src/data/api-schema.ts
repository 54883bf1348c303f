/** Schemas of the API's own document, from which the page makes its forms. */
import { useMemo } from "preact/hooks";
import type { LoadState } from "../parts/load-state.ts";
import { bundled } from "./schema-bundle.ts";
import { useQuery } from "./use-query.ts";

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT = "/openapi.json";

/** Reads the schema of a request's body, such as `CreateAgent`; null if the service has none. */
export function useApiSchema(name: string): LoadState<Json | null> {
  const state = useQuery("api document", async (_, signal) => {
    const response = await fetch(DOCUMENT, { signal });
    if (!response.ok) {
      throw new Error(`The service has no ${DOCUMENT}.`);
    }
    return (await response.json()) as unknown;
  });
  const { value } = state;
  const schema = useMemo(
    () => (value === undefined ? undefined : bundled(value, name)),
    [value, name],
  );
  return { ...state, value: schema };
}
