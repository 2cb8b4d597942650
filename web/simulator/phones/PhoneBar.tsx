// The phones of the page, one beside the other: which is in the hand, where each stands, and one more.
import { Plus, X } from "lucide-react";
import { Radio, RadioGroup } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../shared/ui/Button.tsx";
import { type Directory, WITHHELD } from "../call/client.ts";
import { currentPhase } from "../call/phone.ts";
import { type Exchange, MOST_PHONES, type PhoneLine } from "./exchange.ts";
import css from "./PhoneBar.module.css";

export interface PhoneBarProps {
  exchange: Exchange;
  directory: Directory;
}

export function PhoneBar({ exchange, directory }: PhoneBarProps) {
  const { t } = useTranslation("simulator");
  const lines = exchange.use((state) => state.lines);
  const shown = exchange.use((state) => state.shown);
  return (
    <div className={css.bar}>
      <RadioGroup
        className={css.phones ?? ""}
        aria-label={t("phones.label")}
        orientation="horizontal"
        value={String(shown)}
        onChange={(id) => exchange.show(Number(id))}
      >
        {lines.map((line, index) => (
          <PhoneTab key={line.id} line={line} number={index + 1} directory={directory} />
        ))}
      </RadioGroup>
      {lines.length > 1 && (
        <IconButton label={t("phones.away")} onPress={() => void exchange.remove(shown)} data-testid="phone-away">
          <X size={16} strokeWidth={1.9} aria-hidden="true" />
        </IconButton>
      )}
      <IconButton
        label={t("phones.add")}
        onPress={() => exchange.add()}
        isDisabled={lines.length >= MOST_PHONES}
        data-testid="phone-add"
      >
        <Plus size={16} strokeWidth={1.9} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function PhoneTab({ line, number, directory }: { line: PhoneLine; number: number; directory: Directory }) {
  const { t } = useTranslation("simulator");
  const phase = line.phone.use(currentPhase);
  const call = line.phone.use((state) => state.call);
  const person = call === null ? null : call.isIncoming ? call.to : call.from;
  const known = person === null ? undefined : directory.callers.find((caller) => caller.number === person);
  const name = person === WITHHELD ? t("dial.modes.withheld") : (known?.label ?? person);
  const state = phase === "idle" ? t("phones.free") : phase === "ended" ? t("phones.ended") : t(`phase.${phase}`);
  return (
    <Radio
      value={String(line.id)}
      className={css.phone ?? ""}
      aria-label={[t("phones.number", { number }), name, state].filter(Boolean).join(", ")}
      data-testid="phone-tab"
      data-phase={phase}
    >
      <span className={css.dot} data-phase={phase} aria-hidden="true" />
      <span className={css.name}>{name ?? t("phones.number", { number })}</span>
    </Radio>
  );
}
