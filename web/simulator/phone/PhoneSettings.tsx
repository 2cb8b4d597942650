// Sound, captions read aloud, and keyboard keys: three switches of this browser's phone.
import { Keyboard, KeyboardOff, MessageSquareOff, MessageSquareText, Volume2, VolumeX } from "lucide-react";
import { ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { toggleSetting, useSettings } from "../call/settings.ts";
import css from "./PhoneSettings.module.css";

const SWITCHES = [
  { name: "sound", On: Volume2, Off: VolumeX },
  { name: "aloud", On: MessageSquareText, Off: MessageSquareOff },
  { name: "keyboard", On: Keyboard, Off: KeyboardOff },
] as const;

export function PhoneSettings() {
  const { t } = useTranslation("simulator");
  const settings = useSettings();
  return (
    <div className={css.switches} role="group" aria-label={t("settings.group")}>
      {SWITCHES.map(({ name, On, Off }) => {
        const Picture = settings[name] ? On : Off;
        return (
          <ToggleButton
            key={name}
            className={css.switch ?? ""}
            isSelected={settings[name]}
            onChange={() => toggleSetting(name)}
            aria-label={t(`settings.${name}`)}
            data-testid={`setting-${name}`}
          >
            <Picture size={16} strokeWidth={1.9} aria-hidden="true" />
          </ToggleButton>
        );
      })}
    </div>
  );
}
