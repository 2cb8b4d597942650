import { I18nProvider } from "react-aria-components";
import { Router } from "wouter";
import { INTL_LOCALES } from "../shared/i18n/locales.ts";
import { Failure, Skeleton } from "../shared/ui/Feedback.tsx";
import { useSession } from "./session/session.ts";
import { SignIn } from "./session/SignIn.tsx";
import { Console } from "./shell/Console.tsx";
import { useLocale, useText } from "./text.ts";

/** The whole page: signing in, or the console of who is signed in. */
export function App() {
  return (
    <I18nProvider locale={INTL_LOCALES[useLocale()]}>
      <Router base="/console">
        <Gate />
      </Router>
    </I18nProvider>
  );
}

function Gate() {
  const t = useText();
  const session = useSession();
  if (session.isError)
    return (
      <main>
        <Failure retry={() => void session.refetch()} retryLabel={t("retry")}>
          {t("error.unreachable")}
        </Failure>
      </main>
    );
  if (session.isPending) return <Skeleton label={t("loading")} />;
  return session.data ? <Console /> : <SignIn />;
}
