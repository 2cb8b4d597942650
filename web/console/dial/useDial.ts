import { useRef, useState } from "react";
import type { NewDial } from "../../shared/api/index.ts";
import { Unreachable } from "../../shared/api/index.ts";
import { api } from "../api.ts";
import { isSignedOut, signedOut, useMe } from "../session/session.ts";
import { callOf } from "../call/barState.ts";
import { usePhone } from "../softphone/phone.ts";
import { useServer } from "../store/store.ts";

export type DialTarget = Pick<NewDial, "number" | "contact_id" | "customer_id">;

/** May this agent call now, as far as the page knows? The service has the last word. */
export function useMayDial(): boolean {
  const { permissions } = useMe();
  const ready = usePhone((phone) => phone.status === "ready");
  const atWork = useServer(({ agent, contacts }) => agent !== null && agent.presence !== "offline" && callOf(contacts) === null);
  return permissions.includes("calls.dial") && ready && atWork;
}

/** Calls somebody. Asked again for the same one while there was no answer, it is the same call, not a second one. */
export function useDial() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const task = useRef({ target: "", id: "" });
  const dial = async (target: DialTarget): Promise<boolean> => {
    const name = JSON.stringify(target);
    if (task.current.target !== name) task.current = { target: name, id: crypto.randomUUID() };
    setBusy(true);
    setError(null);
    try {
      await api.dial({ task_id: task.current.id, ...target });
      task.current = { target: "", id: "" };
      return true;
    } catch (problem) {
      if (!(problem instanceof Unreachable)) task.current = { target: "", id: "" };
      if (isSignedOut(problem)) signedOut();
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { dial, busy, error, forget: () => setError(null) };
}
