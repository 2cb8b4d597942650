// One tab per browser is the phone: it holds a Web Lock, which also keeps the browser from freezing it.
import { create } from "zustand";

export type PhoneTab = "asking" | "here" | "elsewhere";

const NAME = "switchboard-phone";

export const usePhoneTab = create<{ place: PhoneTab }>(() => ({ place: "asking" }));

/** Ends the wait for the other tab, to take the lock from it. */
let takeNow: (() => void) | null = null;

/** Become the phone tab if no other is, or once the other closes; returns what gives it up. */
export function startPhoneTab(): () => void {
  let ended = false;
  let release: (() => void) | null = null;
  let waiting = new AbortController();

  /** Ask for the lock and hold it; resolves when it was not to be had, was taken away, or was given up. */
  const hold = (options: LockOptions) =>
    navigator.locks
      .request(NAME, options, (lock) => {
        if (!lock || ended) return undefined;
        usePhoneTab.setState({ place: "here" });
        return new Promise<void>((done) => (release = done));
      })
      .catch(() => undefined);

  const run = async () => {
    let options: LockOptions = { ifAvailable: true };
    while (!ended) {
      await hold(options);
      if (ended) return;
      if (waiting.signal.aborted) {
        options = { steal: true };
        waiting = new AbortController();
        continue;
      }
      usePhoneTab.setState({ place: "elsewhere" });
      options = { signal: waiting.signal };
    }
  };

  takeNow = () => waiting.abort();
  usePhoneTab.setState({ place: "asking" });
  void run();
  return () => {
    ended = true;
    takeNow = null;
    waiting.abort();
    release?.();
  };
}

/** Make this tab the phone, away from the tab that is. */
export function takePhoneTab(): void {
  takeNow?.();
}
