import { Headphones } from "lucide-react";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import css from "./EmptyPage.module.css";

/** The middle of the page while no contact is on screen. */
export function EmptyPage({ failed, retry }: { failed: boolean; retry: () => void }) {
  const t = useText();
  const agent = useServer((state) => state.agent);
  const ready = agent?.presence === "available" && agent.activity !== "not_responding";
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
      <span className={css.picture}>
        <Headphones size={30} aria-hidden="true" />
      </span>
      <h1>{ready ? t("empty.title") : t("empty.away_title")}</h1>
      <p>{ready ? t("empty.text") : t("empty.away_text")}</p>
    </div>
  );
}
