/** @jsxImportSource preact */
// A view whose file comes when it is first shown; it is asked for again when it did not come.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

const AGAIN_MS = 2_000;

/** Show nothing until `load` has given the view. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let Loaded: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, redraw] = useState(0);
    useEffect(() => {
      if (Loaded) return;
      let timer: ReturnType<typeof setTimeout>;
      const get = (): Promise<unknown> =>
        load().then(
          (view) => ((Loaded = view), redraw(1)),
          () => (timer = setTimeout(() => void get(), AGAIN_MS)),
        );
      void get();
      return () => clearTimeout(timer);
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
