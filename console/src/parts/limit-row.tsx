/** A limit with how much of it is used, and the buttons that change and remove it. */
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { Text } from "./text.tsx";

interface LimitRowProps {
  /** Whose limit it is. */
  readonly name: string;
  /** What follows the name, such as `per day`. */
  readonly about?: string;
  /** What is limited, for the names of the buttons. */
  readonly what: string;
  readonly used: number;
  /** Reserved for what is still running. */
  readonly held?: number;
  readonly most: number;
  /** The same in words. */
  readonly children: ComponentChildren;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}

/** The row. */
export function LimitRow(props: LimitRowProps) {
  const { name, about = "", what, used, held = 0, most, children, onChange, onRemove } = props;
  const share = (value: number): string =>
    `${Math.min(100, (value / Math.max(most, Number.EPSILON)) * 100)}%`;
  const named = `${what} of ${name}${about === "" ? "" : ` ${about}`}`;
  return (
    <li class="limit-row">
      <p>
        <strong>
          <Text text={name} />
        </strong>{" "}
        <span class="muted">{about}</span>
      </p>
      <div class="setup-bar" aria-hidden="true">
        {held > 0 && <div class="setup-held" style={{ width: share(used + held) }} />}
        <div style={{ width: share(used) }} />
      </div>
      <p class="limit-sums">{children}</p>
      <span class="limit-actions">
        <Button kind="quiet" label={`Change the ${named}`} onClick={onChange}>
          Change
        </Button>
        <Button kind="quiet" icon="close" label={`Remove the ${named}`} onClick={onRemove} />
      </span>
    </li>
  );
}
