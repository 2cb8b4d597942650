import { Component, type ReactNode, Suspense } from "react";
import { Failure, Skeleton } from "../../shared/ui/Feedback.tsx";
import { useText } from "../text.ts";
import { Page } from "./Page.tsx";

/** Where a lazy page stands: a skeleton while its files are on their way, and a way out when they do not come. */
export function LazyPlace({ children }: { children: ReactNode }) {
  const t = useText();
  return (
    <Net
      fallback={
        <Page title={t("page.lost_title")}>
          <Failure retry={() => location.reload()} retryLabel={t("update.reload")}>
            {t("page.lost")}
          </Failure>
        </Page>
      }
    >
      <Suspense
        fallback={
          <main id="main" tabIndex={-1}>
            <Skeleton lines={6} label={t("loading")} />
          </main>
        }
      >
        {children}
      </Suspense>
    </Net>
  );
}

/** Said to whoever follows a link to a page that is not theirs. */
export function NotAllowed() {
  const t = useText();
  return (
    <Page title={t("page.not_allowed_title")}>
      <p>{t("page.not_allowed")}</p>
    </Page>
  );
}

/** After an update of the service the files of the old page are gone; a call must not go down with the page. */
class Net extends Component<{ fallback: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
