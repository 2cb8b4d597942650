import { useCallback, useEffect, useState } from "react";
import { api, type TimelineOwner } from "../api.ts";
import { send, useLink } from "../socket/link.ts";
import type { Timeline } from "../store/state.ts";
import { forgetTimeline, receiveOlder, receiveTimeline, useServer } from "../store/store.ts";

interface LiveTimeline {
  timeline: Timeline | null;
  failed: boolean;
  retry(): void;
  loadOlder(): Promise<void>;
}

/** The timeline of a customer or contact, loaded once and then kept current by the socket while on screen. */
export function useTimeline({ kind, id }: TimelineOwner): LiveTimeline {
  const stream = `${kind}:${id}`;
  const timeline = useServer((state) => state.timelines[stream] ?? null);
  const open = useLink((link) => link.status === "open");
  const [failed, setFailed] = useState(false);
  const missing = timeline === null;

  useEffect(() => {
    if (!open || !missing || failed) return;
    let left = false;
    api
      .timeline({ kind, id })
      .then((page) => {
        if (left) return;
        receiveTimeline({ ...page, stream });
        send({ type: "watch", stream, from_seq: page.seq });
      })
      .catch(() => !left && setFailed(true));
    return () => void (left = true);
  }, [open, missing, failed, kind, id, stream]);

  useEffect(
    () => () => {
      send({ type: "unwatch", stream });
      forgetTimeline(stream);
    },
    [stream],
  );

  const loadOlder = useCallback(async () => {
    const before = useServer.getState().timelines[stream]?.nextBefore;
    if (before) receiveOlder({ ...(await api.timeline({ kind, id }, before)), stream });
  }, [kind, id, stream]);
  return { timeline, failed, retry: () => setFailed(false), loadOlder };
}
