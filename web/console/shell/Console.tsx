import { useEffect } from "react";
import { Route, Switch } from "wouter";
import { useText } from "../text.ts";
import { LazyPlace, NotAllowed } from "../page/LazyPlace.tsx";
import { PAGES } from "../pages.ts";
import { useMe } from "../session/session.ts";
import { OfferLayer } from "../offer/OfferLayer.tsx";
import { SettingsPage } from "../settings/SettingsPage.tsx";
import { StartShift } from "../shift/StartShift.tsx";
import { ShortcutList } from "../shortcuts/ShortcutList.tsx";
import { useShortcutKeys } from "../shortcuts/useShortcut.ts";
import { unlockSoundOnFirstTouch } from "../ring/ring.ts";
import { startLink, useLink } from "../socket/link.ts";
import { startPhone } from "../softphone/phone.ts";
import { restoreRecent } from "../store/store.ts";
import { useThreadsOfWork } from "../conversation/useThread.ts";
import { useWorks } from "../work/useWorks.ts";
import { WorkPage } from "../work/WorkPage.tsx";
import { Banners } from "./Banners.tsx";
import css from "./Console.module.css";
import { ElsewherePage } from "./ElsewherePage.tsx";
import { Notices } from "./Notices.tsx";
import { startPhoneTab, usePhoneTab } from "./phoneTab.ts";
import { Rail } from "./Rail.tsx";
import { TopBar } from "./TopBar.tsx";

/** Everything a signed-in agent sees. */
export function Console() {
  const place = usePhoneTab((state) => state.place);
  useEffect(startPhoneTab, []);
  useShortcutKeys();
  useEffect(unlockSoundOnFirstTouch, []);
  return place === "elsewhere" ? <ElsewherePage reason="tab" /> : <PhoneTab ready={place === "here"} />;
}

/** The console in the one tab that has the phone and the connection. */
function PhoneTab({ ready }: { ready: boolean }) {
  const t = useText();
  const replaced = useLink((link) => link.status === "replaced");
  useEffect(() => {
    if (!ready) return;
    restoreRecent();
    return startLink();
  }, [ready]);
  const question = t("call.close_question");
  useEffect(() => (ready && !replaced ? startPhone(question) : undefined), [ready, replaced, question]);
  return replaced ? <ElsewherePage reason="window" /> : <Shell />;
}

function Shell() {
  const t = useText();
  useThreadsOfWork();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        {t("skip")}
      </a>
      <Rail />
      <TopBar />
      <Banners />
      <Pages />
      <OfferLayer />
      <Notices />
      <ShortcutList />
    </div>
  );
}

function Pages() {
  const works = useWorks();
  const me = useMe();
  return (
    <Switch>
      <Route path="/settings">
        <SettingsPage />
      </Route>
      {PAGES.map(({ id, path, permission, Page }) => (
        <Route key={id} path={`${path}/*?`}>
          <LazyPlace>{me.permissions.includes(permission) ? <Page /> : <NotAllowed />}</LazyPlace>
        </Route>
      ))}
      <Route path="/contacts/:id">{({ id }) => (works ? <WorkPage id={id} /> : <StartShift />)}</Route>
      <Route>{works ? <WorkPage id={null} /> : <StartShift />}</Route>
    </Switch>
  );
}
