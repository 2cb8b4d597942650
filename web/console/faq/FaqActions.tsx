import { Check, Copy, CornerDownLeft, Volume2 } from "lucide-react";
import { Button } from "../../shared/ui/Button.tsx";
import { keyOf } from "../shortcuts/keys.ts";
import { useText } from "../text.ts";
import css from "./FaqPanel.module.css";

interface FaqActionsProps {
  copied: boolean;
  /** The contact is in writing: the answer goes into the reply instead of the clipboard. */
  inserts: boolean;
  copy(): void;
  read(): void;
}

/** What can be done with the chosen article. */
export function FaqActions({ copied, inserts, copy, read }: FaqActionsProps) {
  const t = useText();
  const words = inserts ? t(copied ? "faq.inserted" : "faq.insert") : t(copied ? "faq.copied" : "faq.copy");
  const Icon = copied ? Check : inserts ? CornerDownLeft : Copy;
  return (
    <div className={css.actions}>
      <Button look={inserts ? "plain" : "primary"} onPress={read} shortcut={keyOf("read_aloud")} data-testid="faq-read">
        <Volume2 size={16} aria-hidden="true" />
        {t("faq.read")}
      </Button>
      <Button look={inserts ? "primary" : "plain"} onPress={copy} shortcut="Enter" data-testid="faq-copy">
        <Icon size={16} aria-hidden="true" />
        {words}
      </Button>
      <span className="visually-hidden" role="status">
        {copied ? words : ""}
      </span>
    </div>
  );
}
