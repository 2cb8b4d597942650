import { Headphones, WifiOff } from "lucide-react";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { useOutage } from "../shell/useOutage.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./EmptyPage.module.css";

/** The middle of the page while no contact is on screen. */
export function EmptyPage({ failed, retry }: { failed: boolean; retry: () => void }) {
  const t = useText();
  const agent = useServer((state) => state.agent);
  const ready = agent?.presence === "available" && agent.activity !== "not_responding";
  const lost = useOutage() !== null;
  const Icon = lost ? WifiOff : Headphones;
  if (failed)
    return (
      <div className={css.failure}>
        <Failure retry={retry} retryLabel={t("retry")}>
          {t("contact.failed")}
        </Failure>
      </div>
    );
  return (
    <div className={css.empty}>
      <span className={lost ? `${css.picture} ${css.lost}` : css.picture}>
        <Icon size={30} aria-hidden="true" />
      </span>
      <h1>{lost ? t("empty.lost_title") : ready ? t("empty.title") : t("empty.away_title")}</h1>
      <p>{lost ? t("empty.lost_text") : ready ? t("empty.text") : t("empty.away_text")}</p>
    </div>
  );
}
