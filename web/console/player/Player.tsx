import { Pause, Play } from "lucide-react";
import { useId } from "react";
import { duration } from "../../shared/format.ts";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { IconButton } from "../../shared/ui/Button.tsx";
import { useText } from "../text.ts";
import css from "./Player.module.css";
import { type AddressSource, SPEEDS, useSound } from "./useSound.ts";

interface PlayerProps {
  /** Whose sound; read out. */
  label: string;
  /** Asks the service for an address; called when listening begins and when an address is over. */
  address: AddressSource;
  /** As the service knows it, until the sound itself says. */
  seconds: number | null;
  testId?: string;
}

/** Plays one sound: from any place, at another speed, and on with a new address when the old one is over. */
export function Player({ label, address, seconds, testId }: PlayerProps) {
  const t = useText();
  const id = useId();
  const { audio, state, at, length, speed, failed, toggle, seek, changeSpeed } = useSound(address, seconds);
  const playing = state === "playing";
  return (
    <div className={css.player} role="group" aria-label={label} data-testid={testId ?? "player"} data-state={state}>
      <audio ref={audio} preload="none" />
      <IconButton
        round
        look="plain"
        label={playing ? t("player.pause") : t("player.play")}
        isPending={state === "loading"}
        onPress={toggle}
        data-testid="player-toggle"
      >
        {playing ? <Pause size={16} /> : <Play size={16} />}
      </IconButton>
      <input
        type="range"
        aria-label={t("player.place")}
        aria-valuetext={t("player.at", { at: duration(at), of: duration(length) })}
        min={0}
        max={Math.max(1, Math.ceil(length))}
        step={1}
        value={Math.round(at)}
        onChange={(event) => seek(Number(event.target.value))}
      />
      <span className="figures">
        {duration(at)} / {duration(length)}
      </span>
      <label htmlFor={id} className="visually-hidden">
        {t("player.speed")}
      </label>
      <select id={id} value={speed} onChange={(event) => changeSpeed(Number(event.target.value))}>
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
      {failed && (
        <div className={css.failed}>
          <Failure>{t("player.failed")}</Failure>
        </div>
      )}
    </div>
  );
}
