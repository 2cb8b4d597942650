import { useCallback, useState } from "react";
import { notify, wordsFor } from "./store/notices.ts";
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
        notify(wordsFor(error, { unreachable: t("error.unreachable"), unknown: t("error.unknown") }));
        return null;
      } finally {
        setBusy(false);
      }
    },
    [t],
  );
  return { run, busy };
}
