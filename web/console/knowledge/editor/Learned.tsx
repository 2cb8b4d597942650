import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import type { LearnedWordingView } from "../../../shared/api/index.ts";
import { LOCALE_NAMES } from "../../../shared/i18n/locales.ts";
import { IconButton } from "../../../shared/ui/Button.tsx";
import { queries, useMe } from "../../session/session.ts";
import { useLocale } from "../../text.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import css from "../Knowledge.module.css";
import { moment, useKnowledgeText } from "../text.ts";

/** Customers' wordings by which a published article is found; each can be taken back. */
export function Learned({ id }: { id: string }) {
  const t = useKnowledgeText();
  const { run, busy } = useAction();
  const mayTakeBack = useMe().permissions.includes("faq.publish");
  const { data = [] } = useQuery({ queryKey: ["learned", id], queryFn: () => knowledge.learned(id), staleTime: 0 });
  if (data.length === 0) return null;
  const takeBack = async (one: LearnedWordingView) => {
    await run(() => knowledge.takeBack(id, one.wording_id).then(() => true));
    await queries.invalidateQueries({ queryKey: ["learned", id] });
  };
  return (
    <section className={css.list} aria-label={t("learned.title")} data-testid="learned">
      <h3>{t("learned.title")}</h3>
      <p className={css.meta}>{t("learned.hint")}</p>
      <ul className={css.list}>
        {data.map((one) => (
          <li key={one.wording_id} className={css.found}>
            <span className={css.split}>
              <span lang={one.language}>{one.text}</span>
              {mayTakeBack && (
                <IconButton label={t("learned.take_back", { wording: one.text })} isPending={busy} onPress={() => void takeBack(one)} data-testid="take-back">
                  <Undo2 size={15} aria-hidden="true" />
                </IconButton>
              )}
            </span>
            <Origin wording={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Origin({ wording }: { wording: LearnedWordingView }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  return (
    <small className={css.meta}>
      {LOCALE_NAMES[wording.language]} · {moment(wording.learned_at, locale)} · {wording.confirmed_by ?? t("learned.by_agreement")}
    </small>
  );
}
