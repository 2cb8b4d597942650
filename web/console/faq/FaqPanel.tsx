import { useState } from "react";
import type { ContactView, FaqResult, FaqUse } from "../../shared/api/index.ts";
import type { Locale } from "../../shared/i18n/locales.ts";
import { api } from "../api.ts";
import { useLocale } from "../text.ts";
import { FaqList } from "./FaqList.tsx";
import css from "./FaqPanel.module.css";
import { ReadAloud } from "./ReadAloud.tsx";

/** Finds answers and reads them to the caller, in the caller's language unless the agent chooses another. */
export function FaqPanel({ contact }: { contact: ContactView | null }) {
  const pageLocale = useLocale();
  const [chosen, setChosen] = useState<Locale | null>(null);
  const [reading, setReading] = useState<FaqResult | null>(null);
  const lang = chosen ?? contact?.screen_pop.customer?.language ?? pageLocale;

  /** For the statistics; the agent is never held up by them. */
  const used = (article: FaqResult, action: FaqUse["action"], searchId?: string) => {
    const use = { article_id: article.article_id, search_id: searchId, contact_id: contact?.contact_id, action };
    api.faqUsed(use).catch(() => undefined);
  };
  const read = (article: FaqResult, searchId?: string) => {
    setReading(article);
    used(article, "read_aloud", searchId);
  };
  return (
    <div className={css.panel}>
      {reading && <ReadAloud article={reading} close={() => setReading(null)} />}
      <FaqList contact={contact} lang={lang} chooseLang={setChosen} hidden={reading !== null} read={read} used={used} />
    </div>
  );
}
