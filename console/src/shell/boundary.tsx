/** Keeps the page if a view fails: says so in its place, and shows the next view as usual. */
import { Component, type ComponentChildren } from "preact";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Empty } from "../parts/states.tsx";

interface BoundaryProps {
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly error: Error | null;
}

/** Give it the view's path as its key, so that another view begins without the error. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === null) {
      return this.props.children;
    }
    const report = `${location.href}\n${error.stack ?? error.message}`;
    return (
      <Empty
        icon="warning"
        title="This view has a fault"
        action={
          <Button kind="primary" onClick={() => this.setState({ error: null })}>
            Try again
          </Button>
        }
      >
        <p>{error.message}</p>
        <CopyButton text={report} label="Copy a report">
          Copy a report
        </CopyButton>
      </Empty>
    );
  }
}
