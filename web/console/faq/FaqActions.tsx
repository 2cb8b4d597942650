import { Check, Copy, Volume2 } from "lucide-react";
import { Button } from "../../shared/ui/Button.tsx";
import { keyOf } from "../shortcuts/keys.ts";
import { useText } from "../text.ts";
import css from "./FaqPanel.module.css";

interface FaqActionsProps {
  copied: boolean;
  copy(): void;
  read(): void;
}

/** What can be done with the chosen article. */
export function FaqActions({ copied, copy, read }: FaqActionsProps) {
  const t = useText();
  return (
    <div className={css.actions}>
      <Button look="primary" onPress={read} shortcut={keyOf("read_aloud")} data-testid="faq-read">
        <Volume2 size={16} aria-hidden="true" />
        {t("faq.read")}
      </Button>
      <Button onPress={copy} shortcut="Enter" data-testid="faq-copy">
        {copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
        {copied ? t("faq.copied") : t("faq.copy")}
      </Button>
      <span className="visually-hidden" role="status">
        {copied ? t("faq.copied") : ""}
      </span>
    </div>
  );
}
