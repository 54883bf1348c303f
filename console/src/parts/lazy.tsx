/** Components that are loaded when they are first shown. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Skeleton } from "./states.tsx";

type State<Props> =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly Part: ComponentType<Props> }
  | { readonly kind: "lost" };

/**
 * Returns a component that loads another one.
 * @param load imports it
 */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let known: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [state, setState] = useState<State<Props>>(
      known === null ? { kind: "loading" } : { kind: "loaded", Part: known },
    );
    useEffect(() => {
      if (state.kind === "loading") {
        load().then(
          (Part) => {
            known = Part;
            setState({ kind: "loaded", Part });
          },
          () => setState({ kind: "lost" }),
        );
      }
    }, [state]);
    switch (state.kind) {
      case "loading":
        return <Skeleton shape="card" />;
      case "lost":
        return (
          <p class="note tone-wait">
            This part could not be loaded; there may be a new version.{" "}
            <Button kind="quiet" onClick={() => location.reload()}>
              Reload the page
            </Button>
          </p>
        );
      case "loaded":
        return <state.Part {...props} />;
    }
  };
}
