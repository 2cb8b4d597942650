import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { isLocale, LOCALE_NAMES, LOCALES } from "../i18n/locales.ts";
import { chooseLocale, currentLocale } from "../i18n/setup.ts";
import { IconButton } from "./Button.tsx";
import { Menu, MenuItem } from "./Menu.tsx";

/** Chooses the language of the page. `label` is the menu's name in the language on screen. */
export function LanguageMenu({ label }: { label: string }) {
  useTranslation(); // draw again when the language changes
  return (
    <Menu
      label={label}
      selected={currentLocale()}
      onChoose={(key) => isLocale(key) && void chooseLocale(key)}
      button={
        <IconButton label={label} data-testid="language">
          <Languages size={18} aria-hidden="true" />
        </IconButton>
      }
    >
      {LOCALES.map((one) => (
        <MenuItem key={one} id={one} text={LOCALE_NAMES[one]} lang={one} />
      ))}
    </Menu>
  );
}
