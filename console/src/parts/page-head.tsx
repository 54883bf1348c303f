/** The head of a view: its title, and the actions of the whole view. */
import type { ComponentChildren } from "preact";

interface PageHeadProps {
  readonly title: ComponentChildren;
  /** A sentence about the view. */
  readonly about?: ComponentChildren;
  /** Buttons, the main one last. */
  readonly children?: ComponentChildren;
}

/** Title and actions of a view. */
export function PageHead({ title, about, children }: PageHeadProps) {
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p class="muted page-about">{about}</p>}
      </div>
      {children !== undefined && <div class="page-actions">{children}</div>}
    </header>
  );
}
