import { Languages } from "lucide-react";
import { isLocale, LOCALE_NAMES, LOCALES } from "../../shared/i18n/locales.ts";
import { chooseLocale } from "../../shared/i18n/setup.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { Menu, MenuItem } from "../../shared/ui/Menu.tsx";
import { useLocale, useText } from "../text.ts";

/** Chooses the language of the page. */
export function LanguageMenu() {
  const t = useText();
  const locale = useLocale();
  return (
    <Menu
      label={t("language")}
      selected={locale}
      onChoose={(key) => isLocale(key) && void chooseLocale(key)}
      button={
        <IconButton label={t("language")}>
          <Languages size={18} />
        </IconButton>
      }
    >
      {LOCALES.map((one) => (
        <MenuItem key={one} id={one} text={LOCALE_NAMES[one]} lang={one} />
      ))}
    </Menu>
  );
}
