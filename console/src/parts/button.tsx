/** Buttons and links that look like them. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps {
  readonly children?: ComponentChildren;
  /** `primary`: the one next action. `danger`: it cannot be undone. `quiet`: within a text or a bar. */
  readonly kind?: "plain" | "primary" | "danger" | "quiet";
  readonly icon?: IconName;
  /** Name for readers, where there is no text. */
  readonly label?: string | undefined;
  readonly type?: "button" | "submit";
  readonly disabled?: boolean | undefined;
  /** The scope that the key lacks: shows the button, disabled, and says so. */
  readonly needs?: string | null | undefined;
  readonly isBusy?: boolean;
  readonly isPressed?: boolean | undefined;
  readonly expands?: boolean | undefined;
  readonly title?: string | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
}

/** A button. With `needs` it is disabled and names the missing scope. */
export function Button({
  children,
  kind = "plain",
  icon,
  label,
  type = "button",
  disabled = false,
  needs = null,
  isBusy = false,
  isPressed,
  expands,
  title,
  onClick,
}: ButtonProps) {
  const lacks = needs === null ? undefined : `needs ${needs}`;
  return (
    <button
      type={type}
      class={`button button-${kind} ${children === undefined ? "button-icon" : ""}`}
      disabled={disabled || isBusy || lacks !== undefined}
      aria-label={label}
      aria-busy={isBusy}
      aria-pressed={isPressed}
      aria-expanded={expands}
      title={lacks ?? title ?? (children === undefined ? label : undefined)}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span class="button-text">{children}</span>}
      {lacks !== undefined && <span class="button-needs">needs {needs}</span>}
    </button>
  );
}

interface ButtonLinkProps {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly kind?: "plain" | "primary" | "quiet";
  readonly icon?: IconName;
}

/** A link that looks like a button, for what leads to another address. */
export function ButtonLink({ href, children, kind = "plain", icon }: ButtonLinkProps) {
  return (
    <a href={href} class={`button button-${kind}`}>
      {icon !== undefined && <Icon name={icon} />}
      <span class="button-text">{children}</span>
    </a>
  );
}
