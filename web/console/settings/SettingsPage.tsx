import { BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { Choice, Toggle } from "../../shared/ui/Toggle.tsx";
import { LOCALE_NAMES, LOCALES } from "../../shared/i18n/locales.ts";
import { chooseLocale } from "../../shared/i18n/setup.ts";
import { ringOnce } from "../ring/ring.ts";
import { ShortcutTable } from "../shortcuts/ShortcutList.tsx";
import { useLocale, useText } from "../text.ts";
import { prefer, usePreferences } from "./preferences.ts";
import css from "./SettingsPage.module.css";

/** Ring, keyboard and language of this computer. */
export function SettingsPage() {
  const t = useText();
  return (
    <main id="main" className={css.page} tabIndex={-1}>
      <div className={css.column}>
        <h1>{t("settings.title")}</h1>
        <Part title={t("settings.sound")}>
          <Sound />
        </Part>
        <Part title={t("settings.language")}>
          <Choice
            label={t("language")}
            labelHidden
            value={useLocale()}
            options={LOCALES.map((id) => ({ id, text: LOCALE_NAMES[id], lang: id }))}
            choose={(id) => void chooseLocale(id)}
          />
        </Part>
        <Part title={t("settings.keyboard")}>
          <Keyboard />
        </Part>
      </div>
    </main>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Sound() {
  const t = useText();
  const { ringVolume, ringWhen } = usePreferences();
  return (
    <>
      <label className={css.volume}>
        <span>{t("settings.volume")}</span>
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={Math.round(ringVolume * 100)}
          onChange={(event) => prefer({ ringVolume: Number(event.target.value) / 100 })}
        />
        <output className="figures">{Math.round(ringVolume * 100)} %</output>
      </label>
      <Button onPress={() => void ringOnce(ringVolume)}>
        <BellRing size={16} aria-hidden="true" />
        {t("settings.try_ring")}
      </Button>
      <Choice
        label={t("settings.ring_when")}
        value={ringWhen}
        options={[
          { id: "always", text: t("settings.ring_always") },
          { id: "hidden", text: t("settings.ring_hidden") },
        ]}
        choose={(value) => prefer({ ringWhen: value })}
      />
    </>
  );
}

function Keyboard() {
  const t = useText();
  const { shortcuts, shortcutList, enterSends } = usePreferences();
  return (
    <>
      <Toggle on={shortcuts} change={(on) => prefer({ shortcuts: on })} testId="shortcuts-on">
        {t("settings.shortcuts")}
      </Toggle>
      <Toggle on={shortcutList} change={(on) => prefer({ shortcutList: on })}>
        {t("settings.shortcut_list")}
      </Toggle>
      <Toggle on={enterSends} change={(on) => prefer({ enterSends: on })}>
        {t("settings.enter_sends")}
      </Toggle>
      <ShortcutTable />
    </>
  );
}
