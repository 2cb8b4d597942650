import { AppWindow } from "lucide-react";
import { Button } from "../../shared/ui/Button.tsx";
import { reclaimLink } from "../socket/link.ts";
import { useText } from "../text.ts";
import css from "./ElsewherePage.module.css";
import { takePhoneTab } from "./phoneTab.ts";

/** Shown where the phone is not: in a second tab, or after the agent opened the console in another browser. */
export function ElsewherePage({ reason }: { reason: "tab" | "window" }) {
  const t = useText();
  return (
    <main className={css.page}>
      <AppWindow size={40} aria-hidden="true" />
      <h1>{t(`elsewhere.${reason}_title`)}</h1>
      <p>{t(`elsewhere.${reason}_text`)}</p>
      <Button look="primary" large onPress={reason === "tab" ? takePhoneTab : reclaimLink} data-testid="use-here">
        {t("elsewhere.use_here")}
      </Button>
    </main>
  );
}
