import { Mic, MicOff, Pause, Play } from "lucide-react";
import type { ContactView } from "../../shared/api/index.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { mute } from "../softphone/phone.ts";
import { receiveContact } from "../store/store.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./CallBar.module.css";

interface CallControlsProps {
  contact: ContactView;
  held: boolean;
  muted: boolean;
  canMute: boolean;
}

/** Mute (this computer's microphone) and hold (the service's doing, shown once the carrier confirmed it). */
export function CallControls({ contact, held, muted, canMute }: CallControlsProps) {
  const t = useText();
  const { run, busy } = useAction();
  const waiting = busy || contact.pending_command !== null;
  const toggleHold = async () => {
    if (waiting) return;
    const changed = await run(() => api.control(contact.contact_id, held ? "resume" : "hold"));
    if (changed) receiveContact(changed);
  };
  useShortcut("mute", () => mute(!muted), canMute);
  useShortcut("hold", () => void toggleHold());
  return (
    <>
      <IconButton
        round
        look={muted ? "primary" : "plain"}
        label={`${muted ? t("call.unmute") : t("call.mute")} (${keyOf("mute")})`}
        isDisabled={!canMute}
        onPress={() => mute(!muted)}
        data-testid={muted ? "call-unmute" : "call-mute"}
      >
        {muted ? <MicOff size={16} /> : <Mic size={16} />}
      </IconButton>
      <IconButton
        round
        look={held ? "primary" : "plain"}
        label={`${held ? t("call.resume") : t("call.hold")} (${keyOf("hold")})`}
        isPending={waiting}
        onPress={() => void toggleHold()}
        className={waiting ? css.waitingButton : undefined}
        data-testid={held ? "call-resume" : "call-hold"}
      >
        {held ? <Play size={16} /> : <Pause size={16} />}
      </IconButton>
    </>
  );
}
