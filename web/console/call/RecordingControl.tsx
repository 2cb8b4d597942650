import { CircleAlert, CirclePause, Disc } from "lucide-react";
import type { RecordingShown } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { useRemaining } from "../store/now.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./RecordingControl.module.css";

interface RecordingControlProps {
  contactId: string;
  recording: RecordingShown;
}

/** Whether the call is recorded, as the carrier confirmed it, and the pause for card numbers. */
export function RecordingControl({ contactId, recording }: RecordingControlProps) {
  const t = useText();
  const { run, busy } = useAction();
  const { state, pending, error } = recording;
  const left = useRemaining(recording.paused_until);
  if (state === "stopped") return null;
  const paused = state === "paused";
  const Icon = state === "failed" || error ? CircleAlert : paused ? CirclePause : Disc;
  const waiting = busy || pending !== null;
  return (
    <span className={css.place} data-testid="recording" data-state={state} data-pending={pending ?? undefined}>
      <span className={paused ? css.paused : state === "recording" ? css.on : css.other} role="status">
        <Icon size={14} aria-hidden="true" />
        {pending ? t(`recording.pending_${pending}`) : error ? t("recording.order_failed") : t(`recording.${state}`)}
      </span>
      {paused && left !== null && (
        <time className={css.left} title={t("recording.goes_on")}>
          {duration(left)}
        </time>
      )}
      {(state === "recording" || paused) && (
        <Button
          round
          className={css.button}
          isPending={waiting}
          onPress={() => void run(() => (paused ? api.resumeRecording(contactId) : api.pauseRecording(contactId)))}
          data-testid={paused ? "recording-resume" : "recording-pause"}
        >
          {paused ? t("recording.resume") : t("recording.pause")}
        </Button>
      )}
    </span>
  );
}
