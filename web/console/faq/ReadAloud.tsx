import { Check, Volume2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import type { FaqResult } from "../../shared/api/index.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useText } from "../text.ts";
import css from "./FaqPanel.module.css";
import { plainText } from "./plain.ts";

/** An answer to read to the caller, one large step at a time. */
export function ReadAloud({ article, close }: { article: FaqResult; close(): void }) {
  const t = useText();
  const steps = article.spoken_steps.length > 0 ? article.spoken_steps : [plainText(article.answer_short)];
  const [at, setAt] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const last = at >= steps.length - 1;
  const next = () => (last ? close() : setAt(at + 1));
  useShortcut("next_step", next);
  useShortcut("read_aloud", close);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <section className={css.aloud} aria-label={t("faq.read_label")} data-testid="read-aloud">
      <header className={css.aloudHead}>
        <Volume2 size={16} aria-hidden="true" />
        <h2>{t("faq.read_label")}</h2>
        <IconButton label={t("close")} onPress={close}>
          <X size={16} />
        </IconButton>
      </header>
      <div className={css.aloudBody}>
        <h3 lang={article.lang}>{article.title}</h3>
        <ol ref={list} className={css.steps} lang={article.lang}>
          {steps.map((step, row) => (
            <li key={row} className={css.step} aria-current={row === at ? "step" : undefined}>
              <span className={css.number}>{row < at ? <Check size={13} aria-hidden="true" /> : row + 1}</span>
              <button type="button" onClick={() => setAt(row)}>
                {step}
              </button>
            </li>
          ))}
        </ol>
      </div>
      <div className={css.actions}>
        <Button look="primary" onPress={next} shortcut={keyOf("next_step")} data-testid="read-next">
          {last ? t("faq.done") : t("faq.next")}
        </Button>
        <Button onPress={close} shortcut={keyOf("read_aloud")}>
          {t("faq.back")}
        </Button>
      </div>
    </section>
  );
}
