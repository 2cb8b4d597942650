// What went wrong with the last thing the person did, where they did it, with the way out.
import { TriangleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../shared/ui/Button.tsx";
import type { Phone } from "../call/phone.ts";
import css from "./ProblemNote.module.css";

export function ProblemNote({ phone }: { phone: Phone }) {
  const { t } = useTranslation("simulator");
  const problem = phone.use((state) => state.problem);
  if (!problem) return null;
  return (
    <div className={css.note} role="alert" data-testid="problem">
      <TriangleAlert size={16} strokeWidth={1.9} aria-hidden="true" />
      <p className={css.text}>
        {t(`problem.${problem.kind}`)}
        {problem.kind === "refused" && <span className={css.reason}>{problem.message}</span>}
      </p>
      <IconButton label={t("problem.dismiss")} className={css.close ?? ""} onPress={phone.dismiss}>
        <X size={16} strokeWidth={1.9} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
