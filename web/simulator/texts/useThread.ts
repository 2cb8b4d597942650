// What was written at one telephone, kept up to date by the simulator's journal.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Control } from "../call/client.ts";
import { openFeed } from "../call/feed.ts";
import type { Texts, Thread } from "./client.ts";

const LOOK_AGAIN = 80; // ms: journal lines that come together are followed by one question

export interface ShownThread {
  thread: Thread | null;
  isLost: boolean;
  look: () => void;
}

export function useThread(texts: Texts, control: Control, address: string | null): ShownThread {
  const [thread, setThread] = useState<Thread | null>(null);
  const [isLost, setLost] = useState(false);
  const asked = useRef(0);

  const look = useCallback(() => {
    if (!address) return;
    const mine = (asked.current += 1);
    texts.thread(address).then(
      (found) => {
        if (mine !== asked.current) return; // a later question is on its way, or of another telephone
        setThread(found);
        setLost(false);
      },
      () => mine === asked.current && setLost(true),
    );
  }, [texts, address]);

  useEffect(() => {
    setThread(null);
    look();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = openFeed({
      after: 0,
      url: control.eventsUrl,
      onEntry: ({ kind }) => {
        if (kind !== "message" || timer !== undefined) return;
        timer = setTimeout(() => {
          timer = undefined;
          look();
        }, LOOK_AGAIN);
      },
      onState: (state) => state === "live" && look(),
    });
    return () => {
      stop();
      clearTimeout(timer);
      asked.current += 1;
    };
  }, [control, look]);

  return { thread, isLost, look };
}
