/** The title of the page. */
import { useEffect } from "preact/hooks";

/** Sets the title while the component is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Opspawn`;
  }, [title]);
}
