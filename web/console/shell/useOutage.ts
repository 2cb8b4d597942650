import { useEffect, useState, useSyncExternalStore } from "react";
import { useLink } from "../socket/link.ts";

/** A loss shorter than this is not worth a bar that moves the page. */
const PATIENCE_MS = 2_000;

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Is the service out of reach for more than 2 s, and is it this computer's network? */
export function useOutage(): "reconnecting" | "offline" | null {
  const lostAt = useLink((link) => link.lostAt);
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (lostAt === null) return;
    const timer = setTimeout(() => setLong(true), Math.max(0, lostAt + PATIENCE_MS - Date.now()));
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [lostAt]);
  if (!long) return null;
  return online ? "reconnecting" : "offline";
}
