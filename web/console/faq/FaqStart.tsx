import type { UsualTopic } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Nothing } from "../../shared/ui/Feedback.tsx";
import { useText } from "../text.ts";
import css from "./FaqPanel.module.css";

interface FaqStartProps {
  topics: readonly UsualTopic[];
  choose(title: string): void;
}

/** Before anything is known of this call: what solved the customer's usual questions, one press away. */
export function FaqStart({ topics, choose }: FaqStartProps) {
  const t = useText();
  const titles = topics.flatMap((topic) => (topic.article_title ? [topic.article_title] : []));
  if (titles.length === 0) return <Nothing>{t("faq.hint")}</Nothing>;
  return (
    <section className={css.start}>
      <h3>{t("faq.usual")}</h3>
      {titles.map((title) => (
        <Button key={title} look="quiet" onPress={() => choose(title)}>
          {title}
        </Button>
      ))}
    </section>
  );
}
