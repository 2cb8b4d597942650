import { useEffect, useRef, useState } from "react";
import { useLink } from "../socket/link.ts";
import { forgetThread, openThread, receivePage, useServer } from "../store/store.ts";
import { conversationApi } from "./api.ts";
import { isWritten } from "./channels.ts";
import { hasGap, type Thread } from "./thread.ts";

interface LiveThread {
  thread: Thread | null;
  failed: boolean;
  retry(): void;
  loadOlder(): Promise<void>;
}

async function load(contactId: string): Promise<void> {
  openThread(contactId);
  try {
    receivePage(contactId, await conversationApi.messages(contactId));
  } catch (error) {
    forgetThread(contactId);
    throw error;
  }
}

/** A conversation: loaded once, kept current by the agent's own stream, and loaded again when something is missing. */
export function useThread(contactId: string): LiveThread {
  const thread = useServer((state) => state.threads[contactId] ?? null);
  const open = useLink((link) => link.status === "open");
  const [failed, setFailed] = useState(false);
  const missing = thread === null || hasGap(thread);
  useEffect(() => {
    if (!open || !missing || failed) return;
    load(contactId).catch(() => setFailed(true));
  }, [open, missing, failed, contactId]);
  return {
    thread,
    failed,
    retry: () => setFailed(false),
    loadOlder: async () => {
      const before = useServer.getState().threads[contactId]?.nextBefore;
      if (before) receivePage(contactId, await conversationApi.messages(contactId, before));
    },
  };
}

/** Have every conversation in the agent's hands at hand, so that moving between them waits for nothing. */
export function useThreadsOfWork(): void {
  const contacts = useServer((state) => state.contacts);
  const threads = useServer((state) => state.threads);
  const open = useLink((link) => link.status === "open");
  const failed = useRef(new Set<string>());
  useEffect(() => {
    if (!open) return failed.current.clear();
    for (const { contact_id: id, channel } of contacts) {
      if (!isWritten(channel) || id in threads || failed.current.has(id)) continue;
      load(id).catch(() => failed.current.add(id)); // its own page tells of it, and tries again
    }
  }, [open, contacts, threads]);
}
