import { useState } from "react";
import { api } from "../api.ts";
import { soundUnlocked, unlockSound } from "../ring/ring.ts";
import { useLink } from "../socket/link.ts";
import { usePhone } from "../softphone/phone.ts";
import { useServer } from "../store/store.ts";
import { useAction } from "../useAction.ts";
import { type Check, checksOf, mayStart, type Microphone } from "./checks.ts";
import { beginShift } from "./shift.ts";

/** An unanswered permission question must not hold up the shift for ever. */
const ASK_MS = 15_000;

async function askMicrophone(): Promise<{ stream: MediaStream | null; microphone: Microphone }> {
  if (!navigator.mediaDevices) return { stream: null, microphone: "missing" };
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new DOMException("", "NotAllowedError")), ASK_MS));
  try {
    return {
      stream: await Promise.race([navigator.mediaDevices.getUserMedia({ audio: true }), late]),
      microphone: "granted",
    };
  } catch (error) {
    const denied = error instanceof DOMException && error.name === "NotAllowedError";
    return { stream: null, microphone: denied ? "denied" : "missing" };
  }
}

/** Who is reached at a telephone speaks there. */
const UNNEEDED = { stream: null, microphone: "unasked" } as const;

function notificationPermission(): NotificationPermission | "unsupported" {
  return "Notification" in window ? Notification.permission : "unsupported";
}

interface StartShift {
  checks: Check[];
  ready: boolean;
  busy: boolean;
  start(): Promise<void>;
}

/** The checks with their live results, and starting the shift when they pass. */
export function useStartShift(): StartShift {
  const connection = useLink((link) => link.status);
  const loaded = useServer((state) => state.agent !== null);
  const phone = usePhone();
  const [microphone, setMicrophone] = useState<Microphone>("unasked");
  const [sound, setSound] = useState(soundUnlocked);
  const [notifications, setNotifications] = useState(notificationPermission);
  const { run, busy } = useAction();
  const facts = { connection, loaded, phone, microphone, sound, notifications };

  const start = async () => {
    const unlocked = unlockSound().then(setSound);
    if (notificationPermission() === "default") void Notification.requestPermission().then(setNotifications);
    if (phone.backend !== "telephone") setMicrophone("asking");
    const asked = phone.backend === "telephone" ? UNNEEDED : await askMicrophone();
    setMicrophone(asked.microphone);
    await unlocked;
    if (!mayStart(checksOf({ ...facts, microphone: asked.microphone }))) return;
    const state = await run(() => api.setPresence({ presence: "available" }));
    if (state) beginShift(asked.stream);
  };
  const checks = checksOf(facts);
  return { checks, ready: mayStart(checks) || microphone === "denied" || microphone === "missing", busy, start };
}
