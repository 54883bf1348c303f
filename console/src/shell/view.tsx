/** The view of the address: loaded when it is first opened, while the one before stays. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { announce } from "../parts/announce.ts";
import { Button, ButtonLink } from "../parts/button.tsx";
import { Empty, Skeleton } from "../parts/states.tsx";
import { setTitle } from "../parts/title.ts";
import { go, place } from "../route/location.ts";
import { match, type Params, type ViewProps } from "../route/match.ts";
import { Boundary } from "./boundary.tsx";
import { HOME, ROUTES, type Route } from "./routes.ts";

interface Shown {
  readonly route: Route;
  readonly params: Params;
  readonly View: ComponentType<ViewProps>;
}

const loaded = new Map<Route, ComponentType<ViewProps>>();

/** Returns the route of the address; null if there is none. */
export function routeNow(): { route: Route; params: Params } | null {
  for (const route of ROUTES) {
    const params = match(route.pattern, place.value.path);
    if (params !== null) {
      return { route, params };
    }
  }
  return null;
}

/** The current view. */
export function CurrentView() {
  const found = routeNow();
  const [shown, setShown] = useState<Shown | null>(null);
  const [isStale, setStale] = useState(false);
  const { path } = place.value;
  useEffect(() => {
    if (path === "/") {
      go(HOME);
      return;
    }
    if (found === null) {
      setShown(null);
      return;
    }
    setTitle(found.route.title);
    let isLeft = false;
    const show = (View: ComponentType<ViewProps>): void => {
      if (!isLeft) {
        loaded.set(found.route, View);
        setShown({ ...found, View });
        announce(found.route.title);
      }
    };
    const known = loaded.get(found.route);
    if (known !== undefined) {
      show(known);
    } else {
      // A tab of an earlier deployment asks for files that are gone.
      found.route.load().then(show, () => setStale(true));
    }
    return () => {
      isLeft = true;
    };
  }, [path]);
  if (isStale) {
    return <NewVersion />;
  }
  if (found === null && path !== "/") {
    return <NoView />;
  }
  return shown === null ? (
    <Skeleton shape="page" />
  ) : (
    <Boundary key={path}>
      <shown.View key={shown.route.pattern} params={shown.params} />
    </Boundary>
  );
}

function NewVersion() {
  return (
    <Empty
      icon="retry"
      title="A new version is here"
      action={
        <Button kind="primary" onClick={() => location.reload()}>
          Reload the page
        </Button>
      }
    >
      This tab was opened before the last deployment, and this part of it is no longer there.
    </Empty>
  );
}

function NoView() {
  return (
    <Empty
      icon="search"
      title="No view has this address"
      action={<ButtonLink href={HOME}>Go to the runs</ButtonLink>}
    />
  );
}
