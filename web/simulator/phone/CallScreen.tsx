// A call: where it stands, what is heard, speaking, keys, and the end of it.
import { Phone as PhoneIcon, PhoneOff, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../shared/ui/Button.tsx";
import type { Directory } from "../call/client.ts";
import type { Phase } from "../call/phase.ts";
import type { Phone } from "../call/phone.ts";
import { useSettings } from "../call/settings.ts";
import { conversation, isMusic } from "../journal/captions.ts";
import type { Tour } from "../tour/tour.ts";
import { useCaptionsAloud } from "./aloud.ts";
import { CallHeader } from "./CallHeader.tsx";
import css from "./CallScreen.module.css";
import { Captions } from "./Captions.tsx";
import { Keypad } from "./Keypad.tsx";
import { Listening } from "./Listening.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { SpeechField } from "./SpeechField.tsx";
import type { PhoneKey } from "./tones.ts";
import { useTones } from "./useTones.ts";

export interface CallScreenProps {
  phone: Phone;
  tour: Tour;
  directory: Directory;
  phase: Phase;
}

export function CallScreen({ phone, tour, directory, phase }: CallScreenProps) {
  const call = phone.use((state) => state.call);
  const entries = phone.use((state) => state.entries);
  const lines = useMemo(() => (call?.sid ? conversation(call.sid, entries) : []), [call?.sid, entries]);
  const tones = useTones();
  const live = phase !== "ended";

  useCaptionsAloud(
    useSettings((settings) => settings.aloud),
    lines,
    live,
  );
  const music = phone.use((state) => live && isMusic(state.view?.hearing ?? null));
  useEffect(() => {
    if (music) tones.music();
    return () => tones.stopMusic();
  }, [music, tones]);
  useEffect(() => {
    if (phase === "dialling" || phase === "ringing") tones.ring();
    return () => tones.stopRinging();
  }, [phase, tones]);

  if (!call) return null;
  const press = (key: PhoneKey) => {
    tones.key(key);
    tour.stop();
    void phone.press(key);
  };
  const say = (text: string) => {
    tour.stop();
    return phone.say(text);
  };
  const lang = lines.findLast((line) => line.type === "heard" && line.lang !== null);

  return (
    <div className={css.screen} data-phase={phase}>
      <CallHeader phone={phone} call={call} phase={phase} directory={directory} />
      <Captions lines={lines} phase={phase} />
      <ProblemNote phone={phone} />
      {live ? (
        <>
          <Listening phone={phone} phase={phase} />
          <SpeechField lang={lang?.type === "heard" ? (lang.lang ?? "") : ""} onSay={say} isDisabled={!call.sid} />
          <Keypad onKey={press} />
          <HangUp phone={phone} />
        </>
      ) : (
        <AfterCall phone={phone} />
      )}
    </div>
  );
}

function HangUp({ phone }: { phone: Phone }) {
  const { t } = useTranslation("simulator");
  return (
    <Button look="end" className={css.big ?? ""} onPress={() => void phone.hangUp()} data-testid="hang-up">
      <PhoneOff size={18} strokeWidth={1.9} aria-hidden="true" />
      {t("call.hang_up")}
    </Button>
  );
}

function AfterCall({ phone }: { phone: Phone }) {
  const { t } = useTranslation("simulator");
  const [focusIsFree] = useState(() => document.activeElement?.closest("[data-testid=hang-up]") !== null);
  const call = phone.use((state) => state.call);
  const again = () => {
    if (call) void phone.dial(call.from, call.to);
  };
  return (
    <div className={css.after}>
      <Button className={css.big ?? ""} onPress={phone.clear} data-testid="new-call">
        <RotateCcw size={17} strokeWidth={1.9} aria-hidden="true" />
        {t("call.other")}
      </Button>
      {!call?.isIncoming && (
        <Button look="accept" className={css.big ?? ""} onPress={again} data-testid="dial" autoFocus={focusIsFree}>
          <PhoneIcon size={18} strokeWidth={1.9} aria-hidden="true" />
          {t("call.again")}
        </Button>
      )}
    </div>
  );
}
