import { useCallback, useState } from "react";
import { problemWords } from "./problems.ts";
import { isSignedOut, signedOut } from "./session/session.ts";
import { notify } from "./store/notices.ts";
import { useText } from "./text.ts";

/** Run something at the service: busy while it runs, and a notice in words when it fails. */
export function useAction() {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async <Answer>(work: () => Promise<Answer>): Promise<Answer | null> => {
      setBusy(true);
      try {
        return await work();
      } catch (error) {
        if (isSignedOut(error)) signedOut();
        else notify(problemWords(error, t));
        return null;
      } finally {
        setBusy(false);
      }
    },
    [t],
  );
  return { run, busy };
}
