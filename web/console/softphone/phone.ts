// The console's one phone: which back end, its state for the page, and answering what the agent accepted.
import { create } from "zustand";
import { api } from "../api.ts";
import type { SoftphoneToken } from "../../shared/api/index.ts";
import { useServer } from "../store/store.ts";
import { mayAnswer } from "./answering.ts";
import { DemoSoftphone } from "./demo.ts";
import { SILENT, type Softphone, type SoftphoneParts, type SoftphoneView } from "./softphone.ts";

export interface Phone extends SoftphoneView {
  /** `telephone`: the agent is reached at a telephone of their own, and the browser has no phone. */
  backend: SoftphoneToken["backend"] | null;
}

export const usePhone = create<Phone>(() => ({ ...SILENT, backend: null }));

let softphone: Softphone | null = null;

function answerIfOurs(): void {
  if (mayAnswer(usePhone.getState().call, useServer.getState())) softphone?.answer();
}

const parts: SoftphoneParts = {
  token: () => api.softphoneToken(),
  onChange: (view) => {
    usePhone.setState(view);
    answerIfOurs();
  },
};

/** The phone of the agent's back end; none for who is reached at a telephone. */
async function build(closeQuestion: string): Promise<Softphone | null> {
  const { backend } = await api.softphoneToken();
  usePhone.setState({ backend });
  if (backend === "telephone") {
    usePhone.setState({ status: "ready", failure: null });
    return null;
  }
  if (backend === "demo") return new DemoSoftphone(parts);
  const { TwilioSoftphone } = await import("./twilio.ts");
  return new TwilioSoftphone(parts, closeQuestion);
}

/** Register the phone; returns what ends it. */
export function startPhone(closeQuestion: string): () => void {
  let ended = false;
  const stopWatching = useServer.subscribe(answerIfOurs);
  usePhone.setState({ status: "registering", failure: null });
  build(closeQuestion)
    .then((built) => {
      if (ended) return;
      softphone = built;
      built?.start();
    })
    .catch(() => usePhone.setState({ status: "failed", failure: "token" }));
  return () => {
    ended = true;
    stopWatching();
    softphone?.stop();
    softphone = null;
    usePhone.setState({ ...SILENT, backend: null });
  };
}

/** Mute or unmute the agent's own microphone; the call itself is the service's. */
export function mute(on: boolean): void {
  softphone?.mute(on);
}

/** Press keys of a telephone into the call. */
export function pressKeys(keys: string): void {
  softphone?.press(keys);
}

/** Take the call that rings, when the agent says so. */
export function answerCall(): void {
  softphone?.answer();
}

/** Put the phone down; a call that rings is declined. */
export function hangUpPhone(): void {
  softphone?.hangUp();
}
