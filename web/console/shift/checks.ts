// What must work before an agent is offered calls: judged from facts, so that each fault has its own remedy.
import type { ConnectionStatus } from "../socket/connection.ts";
import type { SoftphoneFailure } from "../softphone/softphone.ts";
import type { Phone } from "../softphone/phone.ts";

export type CheckName = "connection" | "phone" | "microphone" | "sound" | "notifications";
export type CheckState = "ok" | "checking" | "waiting" | "warning" | "failed";

export interface Check {
  name: CheckName;
  state: CheckState;
  /** Key of the explanation under `start.` in the catalogue. */
  words: Explanation;
}

type Explanation =
  | `connection_${"ok" | "checking" | "lost"}`
  | `phone_${"ok" | "telephone" | "checking" | SoftphoneFailure}`
  | `microphone_${"ok" | "asking" | "unasked" | "denied" | "missing" | "demo" | "telephone"}`
  | `sound_${"ok" | "locked"}`
  | `notifications_${"ok" | "unasked" | "off"}`;

export type Microphone = "unasked" | "asking" | "granted" | "denied" | "missing";

export interface Facts {
  connection: ConnectionStatus;
  loaded: boolean;
  phone: Pick<Phone, "status" | "failure" | "backend">;
  microphone: Microphone;
  sound: boolean;
  notifications: NotificationPermission | "unsupported";
}

/** All checks in the order they are shown. */
export function checksOf(facts: Facts): Check[] {
  return [
    connectionCheck(facts),
    phoneCheck(facts.phone),
    microphoneCheck(facts),
    facts.sound
      ? { name: "sound", state: "ok", words: "sound_ok" }
      : { name: "sound", state: "waiting", words: "sound_locked" },
    notificationCheck(facts.notifications),
  ];
}

/** May the shift start? Checks that wait for the click itself do not hold it up. */
export function mayStart(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "failed" && state !== "checking");
}

function connectionCheck({ connection, loaded }: Facts): Check {
  if (connection === "open" && loaded) return { name: "connection", state: "ok", words: "connection_ok" };
  const failed = connection === "reconnecting";
  return { name: "connection", state: failed ? "failed" : "checking", words: failed ? "connection_lost" : "connection_checking" };
}

function phoneCheck({ status, failure, backend }: Facts["phone"]): Check {
  if (backend === "telephone") return { name: "phone", state: "ok", words: "phone_telephone" };
  if (status === "ready") return { name: "phone", state: "ok", words: "phone_ok" };
  if (status === "failed") return { name: "phone", state: "failed", words: `phone_${failure ?? "refused"}` };
  return { name: "phone", state: "checking", words: "phone_checking" };
}

function microphoneCheck({ microphone, phone }: Facts): Check {
  if (phone.backend === "telephone") return { name: "microphone", state: "ok", words: "microphone_telephone" };
  if (microphone === "granted") return { name: "microphone", state: "ok", words: "microphone_ok" };
  if (microphone === "asking") return { name: "microphone", state: "checking", words: "microphone_asking" };
  if (microphone === "unasked") return { name: "microphone", state: "waiting", words: "microphone_unasked" };
  const demo = phone.backend === "demo";
  if (demo) return { name: "microphone", state: "warning", words: "microphone_demo" };
  return { name: "microphone", state: "failed", words: `microphone_${microphone}` };
}

function notificationCheck(permission: Facts["notifications"]): Check {
  if (permission === "granted") return { name: "notifications", state: "ok", words: "notifications_ok" };
  if (permission === "default") return { name: "notifications", state: "waiting", words: "notifications_unasked" };
  return { name: "notifications", state: "warning", words: "notifications_off" };
}
