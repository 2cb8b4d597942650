import { Keyboard, LogOut } from "lucide-react";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { IconButton } from "../../shared/ui/Button.tsx";
import { LanguageMenu } from "../../shared/ui/LanguageMenu.tsx";
import { Menu, MenuItem } from "../../shared/ui/Menu.tsx";
import { CallBar } from "../call/CallBar.tsx";
import { signOut, useMe } from "../session/session.ts";
import { useShortcutList } from "../shortcuts/ShortcutList.tsx";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { PresenceMenu } from "./PresenceMenu.tsx";
import { ThemeMenu } from "./ThemeMenu.tsx";
import css from "./TopBar.module.css";

/** Company, phone, presence and the agent's own menus; the same on every page, so that a call survives moving. */
export function TopBar() {
  const t = useText();
  const me = useMe();
  const showShortcuts = useShortcutList((state) => state.show);
  return (
    <header className={css.bar}>
      <p className={css.company}>
        <b>{t("product")}</b>
        <span>{me.company_name}</span>
      </p>
      <CallBar />
      <div className={css.end}>
        <PresenceMenu />
        <LanguageMenu label={t("language")} />
        <ThemeMenu />
        <IconButton label={t("shortcuts.title")} onPress={showShortcuts}>
          <Keyboard size={18} />
        </IconButton>
        <MyMenu />
      </div>
    </header>
  );
}

function MyMenu() {
  const t = useText();
  const me = useMe();
  const { run } = useAction();
  return (
    <Menu
      label={me.display_name}
      onChoose={() => void run(signOut)}
      button={
        <IconButton label={t("my_menu", { name: me.display_name })} round>
          <Avatar name={me.display_name} size="small" />
        </IconButton>
      }
    >
      <MenuItem id="sign_out" text={t("sign_out")} hint={me.display_name} icon={<LogOut size={16} aria-hidden="true" />} />
    </Menu>
  );
}
