import { Inbox, type LucideIcon, Settings } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Logo } from "../../shared/ui/Logo.tsx";
import { PAGES } from "../pages.ts";
import { useMe } from "../session/session.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./Rail.module.css";

/** The pages of the console that this person may open, at the left edge. */
export function Rail() {
  const t = useText();
  const { permissions } = useMe();
  const [place] = useLocation();
  const open = useServer((state) => state.contacts.length);
  const isAt = (path: string) => place === path || place.startsWith(`${path}/`);
  const pages = PAGES.filter(({ permission }) => permissions.includes(permission));
  const elsewhere = isAt("/settings") || pages.some(({ path }) => isAt(path));
  return (
    <nav className={css.rail} aria-label={t("rail.label")}>
      <Link href="/" className={css.logo} aria-label={t("rail.home")}>
        <Logo size={34} />
      </Link>
      <div className={css.pages}>
        <RailLink href="/" icon={Inbox} isHere={!elsewhere}>
          {t("rail.contacts")}
          {open > 0 && <span className={css.count}>{open}</span>}
        </RailLink>
        {pages.map(({ id, path, icon }) => (
          <RailLink key={id} href={path} icon={icon} isHere={isAt(path)} testId={`rail-${id}`}>
            {t(`rail.${id}`)}
          </RailLink>
        ))}
      </div>
      <RailLink href="/settings" icon={Settings} isHere={isAt("/settings")}>
        {t("rail.settings")}
      </RailLink>
    </nav>
  );
}

interface RailLinkProps {
  href: string;
  icon: LucideIcon;
  isHere: boolean;
  children: ReactNode;
  testId?: string;
}

function RailLink({ href, icon: Icon, isHere, children, testId }: RailLinkProps) {
  return (
    <Link href={href} className={css.page} aria-current={isHere ? "page" : undefined} data-testid={testId}>
      <Icon size={20} aria-hidden="true" />
      {children}
    </Link>
  );
}
