// In place of an empty log: how a call reaches the application, in four steps.
import { ArrowLeftRight, Ear, FileCode2, Headset } from "lucide-react";
import { useTranslation } from "react-i18next";
import css from "./HowItWorks.module.css";

const STEPS = [
  { name: "webhook", Picture: ArrowLeftRight },
  { name: "instruction", Picture: FileCode2 },
  { name: "hears", Picture: Ear },
  { name: "agent", Picture: Headset },
] as const;

export function HowItWorks() {
  const { t } = useTranslation("simulator");
  return (
    <div className={css.how} data-testid="log-empty">
      <h3 className={css.heading}>{t("how.heading")}</h3>
      <ol className={css.steps}>
        {STEPS.map(({ name, Picture }) => (
          <li key={name} className={css.step}>
            <span className={css.picture}>
              <Picture size={17} strokeWidth={1.9} aria-hidden="true" />
            </span>
            <p className={css.title}>{t(`how.${name}.title`)}</p>
            <p>{t(`how.${name}.text`)}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
