// The browser phone behind one interface. It only carries media: which call is answered is decided elsewhere
// (`answering.ts`), and what the agent sees of a call is what the service says.
import type { SoftphoneToken } from "../../shared/api/index.ts";

export type SoftphoneStatus = "off" | "registering" | "ready" | "reconnecting" | "failed";

/** Why the phone does not work, as a key of the text catalogue. */
export type SoftphoneFailure = "token" | "unreachable" | "refused" | "microphone" | "unsupported" | "media";

export interface SoftphoneCall {
  callSid: string;
  /** The leg of our contact that this call belongs to. */
  leg: string | null;
  state: "incoming" | "answering" | "connected";
  muted: boolean;
  /** The media path is interrupted and being restored. */
  interrupted: boolean;
}

export interface SoftphoneView {
  status: SoftphoneStatus;
  failure: SoftphoneFailure | null;
  call: SoftphoneCall | null;
}

export const SILENT: SoftphoneView = { status: "off", failure: null, call: null };

export interface SoftphoneParts {
  /** A fresh token; called at the start, before it expires and after every loss. */
  token(): Promise<SoftphoneToken>;
  onChange(view: SoftphoneView): void;
}

export interface Softphone {
  start(): void;
  stop(): void;
  answer(): void;
  hangUp(): void;
  mute(on: boolean): void;
  /** Keys of a telephone (0-9, *, #) as tones into the call. */
  press(keys: string): void;
}
