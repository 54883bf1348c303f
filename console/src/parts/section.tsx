/** Cards with a heading, the way back to a list, and blocks of code. */
import type { ComponentChildren } from "preact";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";
import { Text } from "./text.tsx";

interface SectionProps {
  readonly title: string;
  /** Buttons on the right of the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A card with a heading. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section class="card setup-card">
      <div class="setup-head">
        <h2>{title}</h2>
        {actions !== undefined && <div class="setup-chips">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** The link from one thing to the list of all. */
export function BackLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <a href={href} class="setup-back">
      <Icon name="back" size={14} /> {children}
    </a>
  );
}

/** Code or a command, as it is. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="json">
      <div class="json-copy">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
      <pre class="setup-code" tabIndex={0} role="group" aria-label={label}>
        <Text text={text} />
      </pre>
    </div>
  );
}
