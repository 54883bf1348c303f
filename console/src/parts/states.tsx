/** The states of a view: first load, empty, failed, no permission, offline. */
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy.tsx";
import type { Failure } from "./failure.ts";
import { Icon, type IconName } from "./icon.tsx";
import type { LoadState } from "./load-state.ts";
import { Text } from "./text.tsx";
import { timeText } from "./time.tsx";

interface LoadedProps<Value> {
  readonly state: LoadState<Value>;
  /** Shape of what will be there; `rows` by default. */
  readonly skeleton?: "rows" | "card" | "page";
  readonly children: (value: Value) => ComponentChildren;
}

/**
 * Shows a value once it is there, and keeps it while it is loaded again. Above it a line says if the
 * last attempt failed; without a value the failure is the view.
 */
export function Loaded<Value>({ state, skeleton = "rows", children }: LoadedProps<Value>) {
  const { value, failure, toldAt, reload } = state;
  if (value === undefined) {
    return failure === null ? (
      <Skeleton shape={skeleton} />
    ) : (
      <FailureView failure={failure} onRetry={reload} />
    );
  }
  return (
    <>
      {failure !== null && <StaleBar failure={failure} toldAt={toldAt} onRetry={reload} />}
      {children(value)}
    </>
  );
}

/** Grey shapes in the place of what is loading; seen only if that takes more than 150 ms. */
export function Skeleton({ shape }: { readonly shape: "rows" | "card" | "page" }) {
  const count = { rows: 8, card: 3, page: 5 }[shape];
  return (
    <div class={`skeleton skeleton-${shape}`} role="status">
      <span class="hidden">Loading …</span>
      {Array.from({ length: count }, (_, i) => (
        <div key={i} class="skeleton-bar" />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  /** The one next action. */
  readonly action?: ComponentChildren;
}

/** Nothing is there: says so, and offers the next action. */
export function Empty({ icon = "inbox", title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      {children !== undefined && <div class="empty-text">{children}</div>}
      {action !== undefined && <div class="empty-action">{action}</div>}
    </div>
  );
}

interface FailureProps {
  readonly failure: Failure;
  readonly onRetry?: (() => void) | undefined;
}

/** Why a view has nothing to show, with what can be done about it. */
export function FailureView({ failure, onRetry }: FailureProps) {
  const { title, advice } = adviceOn(failure);
  return (
    <div class="empty" role="alert">
      <span class="empty-icon tone-bad">
        <Icon name={failure.status === 403 ? "shield" : "warning"} size={22} />
      </span>
      <h2>{title}</h2>
      <div class="empty-text">
        <p>
          <Text text={failure.detail} />
        </p>
        {advice !== null && <p>{advice}</p>}
        <FailureFacts failure={failure} />
      </div>
      {onRetry !== undefined && failure.status !== 403 && (
        <div class="empty-action">
          <Button icon="retry" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** A failure within a form or a dialog: one line and its facts. */
export function FailureNote({ failure }: { readonly failure: Failure }) {
  return (
    <div class="note tone-bad" role="alert">
      <p>
        <Text text={failure.detail} />
      </p>
      <FailureFacts failure={failure} />
    </div>
  );
}

function FailureFacts({ failure: { code, requestId } }: { readonly failure: Failure }) {
  return (
    <p class="failure-facts">
      <code>{code}</code>
      {requestId !== null && (
        <>
          <span class="muted">request</span> <code class="clip">{requestId}</code>
          <CopyButton text={requestId} label="Copy the request id" />
        </>
      )}
    </p>
  );
}

interface StaleProps extends FailureProps {
  readonly toldAt: number | null;
}

function StaleBar({ failure, toldAt, onRetry }: StaleProps) {
  return (
    <div class="note note-bar tone-wait" role="status">
      <span>
        {failure.status === 0 ? "The service does not answer" : failure.detail}
        {toldAt !== null && <span class="muted"> · this is how it was at {timeText(toldAt)}</span>}
      </span>
      <Button kind="quiet" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

function adviceOn({ status, code }: Failure): { title: string; advice: string | null } {
  switch (status) {
    case 0:
      return {
        title: code === "not_opspawn" ? "This is not Opspawn" : "The service does not answer",
        advice: "Check that it runs and that this machine is online.",
      };
    case 401:
      return { title: "The key is not valid", advice: "Sign in with another key." };
    case 403:
      return {
        title: "This key may not do that",
        advice: "Sign in with a key that has the scope, or ask for one.",
      };
    case 404:
      return {
        title: "Nothing is here",
        advice: "It does not exist, was deleted, or belongs to another tenant.",
      };
    case 410:
      return { title: "No longer stored", advice: null };
    case 429:
      return { title: "Too many requests", advice: "Wait a moment." };
    default:
      return { title: status >= 500 ? "The service failed" : "That did not work", advice: null };
  }
}
