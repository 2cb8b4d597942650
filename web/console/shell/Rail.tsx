import { Inbox, Settings } from "lucide-react";
import { Link, useRoute } from "wouter";
import { Logo } from "../../shared/ui/Logo.tsx";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./Rail.module.css";

/** The pages of the console, at the left edge. */
export function Rail() {
  const t = useText();
  const [inSettings] = useRoute("/settings");
  const open = useServer((state) => state.contacts.length);
  return (
    <nav className={css.rail} aria-label={t("rail.label")}>
      <Link href="/" className={css.logo} aria-label={t("rail.home")}>
        <Logo size={34} />
      </Link>
      <Link href="/" className={css.page} aria-current={inSettings ? undefined : "page"}>
        <Inbox size={20} aria-hidden="true" />
        {t("rail.contacts")}
        {open > 0 && <span className={css.count}>{open}</span>}
      </Link>
      <Link href="/settings" className={`${css.page} ${css.last}`} aria-current={inSettings ? "page" : undefined}>
        <Settings size={20} aria-hidden="true" />
        {t("rail.settings")}
      </Link>
    </nav>
  );
}
