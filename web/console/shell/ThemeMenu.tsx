import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { chosenTheme, chooseTheme, type Theme } from "../../shared/theme.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { Menu, MenuItem } from "../../shared/ui/Menu.tsx";
import { useText } from "../text.ts";

const ICONS = { system: Monitor, light: Sun, dark: Moon };
const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Chooses light, dark or the system's own. */
export function ThemeMenu() {
  const t = useText();
  const [theme, setTheme] = useState(chosenTheme);
  const Icon = ICONS[theme];
  const choose = (key: string) => {
    const chosen = THEMES.find((one) => one === key) ?? "system";
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <Menu
      label={t("theme.title")}
      selected={theme}
      onChoose={choose}
      button={
        <IconButton label={t("theme.title")}>
          <Icon size={18} />
        </IconButton>
      }
    >
      {THEMES.map((one) => {
        const ItemIcon = ICONS[one];
        return <MenuItem key={one} id={one} text={t(`theme.${one}`)} icon={<ItemIcon size={16} aria-hidden="true" />} />;
      })}
    </Menu>
  );
}
