import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Mail, MessageCircle, Phone } from "lucide-react";
import type { Language } from "../../../shared/api/index.ts";
import { Failure, Nothing, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { useText } from "../../text.ts";
import { knowledge } from "../api.ts";
import { useKnowledgeText } from "../text.ts";
import css from "./Editor.module.css";
import type { Content } from "./entry.ts";

/** How an answer reads on the web and in mails, in messages, and aloud; rendered by the service, and safe. */
export function Preview({ content, language }: { content: Content; language: Language }) {
  const t = useKnowledgeText();
  const words = useText();
  const { data, isError, refetch } = useQuery({
    queryKey: ["article-preview", content],
    queryFn: ({ signal }) => knowledge.preview(content, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (isError)
    return (
      <Failure retry={() => void refetch()} retryLabel={words("retry")}>
        {t("failed")}
      </Failure>
    );
  if (!data) return <Skeleton lines={5} label={words("loading")} />;
  const made = (form: string) => data.is_made.includes(form) && <Tag tone="violet">{t("editor.made")}</Tag>;
  if (!data.html && !data.answer_short) return <Nothing>{t("editor.no_answer")}</Nothing>;
  return (
    <div className={css.preview} lang={language} data-testid={`preview-${language}`}>
      <h3>
        <Mail size={14} aria-hidden="true" /> {t("editor.as_read")} {made("answer")}
      </h3>
      <div className={css.paper} dangerouslySetInnerHTML={{ __html: data.html }} />
      <h3>
        <MessageCircle size={14} aria-hidden="true" /> {t("editor.as_message")} {made("answer_short")}
      </h3>
      <p className={css.paper}>{data.answer_short}</p>
      <h3>
        <Phone size={14} aria-hidden="true" /> {t("editor.as_heard")} {made("spoken_steps")}
      </h3>
      <div className={css.paper}>
        <ol className={css.steps}>
          {data.spoken_steps.map((step, at) => (
            <li key={at}>{step}</li>
          ))}
        </ol>
      </div>
    </div>
  );
}
