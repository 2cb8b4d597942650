import { Bell, Check as CheckIcon, CircleAlert, CircleDashed, Headphones, LoaderCircle, Mic, Volume2, Wifi } from "lucide-react";
import { Button } from "../../shared/ui/Button.tsx";
import { useMe } from "../session/session.ts";
import { useText } from "../text.ts";
import type { Check, CheckName, CheckState } from "./checks.ts";
import css from "./StartShift.module.css";
import { useStartShift } from "./useStartShift.ts";

const ICONS = { connection: Wifi, phone: Headphones, microphone: Mic, sound: Volume2, notifications: Bell };
const SIGNS: Record<CheckState, typeof Mic> = {
  ok: CheckIcon,
  checking: LoaderCircle,
  waiting: CircleDashed,
  warning: CircleAlert,
  failed: CircleAlert,
};

/** Before the first call: what works, what does not and how to mend it, and the click that starts the shift. */
export function StartShift() {
  const t = useText();
  const me = useMe();
  const { checks, ready, busy, start } = useStartShift();
  return (
    <main id="main" className={css.page}>
      <div className={css.card}>
        <h1>{t("start.title", { name: me.display_name })}</h1>
        <p className={css.lead}>{t("start.lead")}</p>
        <ul className={css.checks} aria-live="polite">
          {checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </ul>
        <Button
          look="primary"
          large
          className={css.start}
          isDisabled={!ready}
          isPending={busy}
          onPress={() => void start()}
          data-testid="start-shift"
        >
          {t("start.submit")}
        </Button>
        <p className={css.foot}>{t("start.foot")}</p>
      </div>
    </main>
  );
}

function CheckLine({ check }: { check: Check }) {
  const t = useText();
  const name: CheckName = check.name;
  const Icon = ICONS[name];
  const Sign = SIGNS[check.state];
  return (
    <li className={css.check} data-state={check.state}>
      <span className={css.icon}>
        <Icon size={18} aria-hidden="true" />
      </span>
      <div>
        <b>{t(`start.${name}`)}</b>
        <p>{t(`start.${check.words}`)}</p>
      </div>
      <span className={css.sign}>
        <Sign size={16} aria-hidden="true" />
        {t(`check.${check.state}`)}
      </span>
    </li>
  );
}
