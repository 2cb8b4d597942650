import type { TouchpointView } from "../../shared/api/index.ts";
import { api } from "../api.ts";
import { Player } from "../player/Player.tsx";
import { useMe } from "../session/session.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./Timeline.module.css";

/** The sound that a line tells of, for who may hear it; each listening is written down by the service. */
export function LineSound({ line }: { line: TouchpointView }) {
  const t = useText();
  const { permissions } = useMe();
  const { run } = useAction();
  const { recording, seconds, status } = line.data;
  const isMessage = line.kind === "voicemail.left";
  const isCall = line.kind === "recording.ended" && status === "completed";
  const may = permissions.includes(isMessage ? "voicemails.handle" : "recordings.listen");
  if (!(isMessage || isCall) || !may || typeof recording !== "string") return null;
  const contactId = line.contact_id;
  const address = () =>
    run(() => (isMessage && contactId ? api.listenToVoicemail(contactId) : api.listenToRecording(recording)));
  return (
    <div className={css.sound}>
      <Player
        label={t(isMessage ? "recording.message" : "recording.call")}
        address={address}
        seconds={typeof seconds === "number" ? seconds : null}
      />
    </div>
  );
}
