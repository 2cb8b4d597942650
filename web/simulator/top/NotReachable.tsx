// Shown in place of the phone when something it needs does not answer: what, where, and how to start it.
import { PlugZap, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../shared/ui/Button.tsx";
import css from "./NotReachable.module.css";

const COMMAND = "make run";

/** What is missing: the service, the simulator, or (service without demo) any simulator at all. */
export type Missing = "service" | "simulator" | "demo";

export interface NotReachableProps {
  what: Missing;
  address: string | null;
  onRetry: () => void;
}

export function NotReachable({ what, address, onRetry }: NotReachableProps) {
  const { t } = useTranslation("simulator");
  return (
    <section className={css.card} role="alert" data-testid="not-reachable">
      <span className={css.picture}>
        <PlugZap size={26} strokeWidth={1.7} aria-hidden="true" />
      </span>
      <h2 className={css.title}>{t(`unreachable.${what}.title`)}</h2>
      {address && <p>{t("unreachable.at", { address })}</p>}
      <p>{t(`unreachable.${what}.start`)}</p>
      <code className={css.command}>{COMMAND}</code>
      <Button look="primary" large onPress={onRetry} data-testid="retry">
        <RotateCw size={16} strokeWidth={1.9} aria-hidden="true" />
        {t("unreachable.retry")}
      </Button>
    </section>
  );
}
