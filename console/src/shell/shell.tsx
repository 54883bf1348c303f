/** The frame of the page: navigation, the current view, messages, and the live region. */
import { keyAtStart } from "../early.ts";
import { announced } from "../parts/announce.ts";
import { Skeleton } from "../parts/states.tsx";
import { Toasts } from "../parts/toast.tsx";
import { sessionState } from "../session/store.ts";
import { Nav } from "./nav.tsx";
import { Overlays } from "./overlays.tsx";
import { KeyBar, SignIn } from "./sign-in.tsx";
import { CurrentView, routeNow } from "./view.tsx";
import { Waiting } from "./waiting.tsx";

/** The whole page. */
export function Shell() {
  const state = sessionState.value;
  const isOpen = routeNow()?.route.isOpen === true;
  if (state === "starting") {
    return keyAtStart() === null ? null : <Starting />;
  }
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      {state === "out" && !isOpen ? (
        <SignIn />
      ) : (
        <div class={state === "out" ? "shell shell-bare" : "shell"}>
          {state !== "out" && <Nav />}
          {state === "in" && <Waiting />}
          <main class="main" id="main" tabIndex={-1}>
            {state === "refused" && <KeyBar />}
            <CurrentView />
          </main>
        </div>
      )}
      {state !== "out" && <Overlays />}
      <Toasts />
      <div class="hidden" role="status" aria-live="polite">
        {announced.value}
      </div>
    </>
  );
}

/** While the service is asked whose key it is. */
function Starting() {
  return (
    <div class="shell shell-bare">
      <main class="main">
        <Skeleton shape="page" />
      </main>
    </div>
  );
}

/** Without the fragment, which would be a step in the history. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
