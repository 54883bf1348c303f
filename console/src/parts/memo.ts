/** Components that are drawn again only if a property has changed. */
import { Component, createElement, type ComponentType } from "preact";

/** Wraps a component. Its properties are compared by identity. */
export function memo<Props extends object>(Inner: ComponentType<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return Object.entries(next).some(
        ([name, value]) => value !== (this.props as Record<string, unknown>)[name],
      );
    }

    override render() {
      return createElement(Inner, this.props as Props);
    }
  };
}
