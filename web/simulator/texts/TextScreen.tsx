// Messages at this phone: as whom, to which number, by SMS or WhatsApp; what was written; and what is written next.
import { useEffect, useId, useRef, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { type Control, type Directory, knownCallers, WITHHELD } from "../call/client.ts";
import dial from "../phone/DialScreen.module.css";
import { callerOf, fillForm, fitted, useDialForm } from "../phone/form.ts";
import { Bubble } from "./Bubble.tsx";
import { type Channel, type Handset, HANDSETS, type Texts } from "./client.ts";
import { Composer } from "./Composer.tsx";
import css from "./TextScreen.module.css";
import { useThread } from "./useThread.ts";

const CHANNELS: readonly Channel[] = ["sms", "whatsapp"];

export interface TextScreenProps {
  control: Control;
  texts: Texts;
  directory: Directory;
}

export function TextScreen({ control, texts, directory }: TextScreenProps) {
  const { t } = useTranslation("simulator");
  const form = useDialForm();
  const [channel, setChannel] = useState<Channel>("sms");
  const said = callerOf(form);
  const from = said === WITHHELD ? null : said; // who writes shows a number
  const { thread, isLost, look } = useThread(texts, control, from);

  useEffect(() => {
    const now = useDialForm.getState();
    fillForm(fitted(callerOf(now) === WITHHELD ? { ...now, mode: "known" } : now, directory));
  }, [directory]);
  useEffect(() => {
    for (const text of thread?.texts ?? []) {
      if (!text.is_mine && text.channel === "whatsapp" && text.status === "delivered") void texts.read(text.sid);
    }
  }, [texts, thread]);

  return (
    <div className={css.screen}>
      <div className={css.who}>
        <CallerSelect directory={directory} from={from} />
        <Choice
          label={t("texts.to")}
          value={form.to ?? ""}
          onChange={(to) => fillForm({ to })}
          options={directory.numbers.map(({ number, label }) => [number, `${label}  ${number}`])}
        />
        <RadioGroup
          className={css.channels ?? ""}
          aria-label={t("texts.channel")}
          orientation="horizontal"
          value={channel}
          onChange={(chosen) => setChannel(chosen as Channel)}
        >
          {CHANNELS.map((one) => (
            <Radio key={one} value={one} className={dial.mode ?? ""} data-testid={`channel-${one}`}>
              {t(`texts.${one}`)}
            </Radio>
          ))}
        </RadioGroup>
        <Choice
          label={t("texts.handset")}
          value={thread?.handset ?? "reached"}
          onChange={(handset) => from && void texts.becomes(from, handset as Handset).then(look, look)}
          options={HANDSETS.map((one) => [one, t(`texts.handsets.${one}`)])}
          testid="handset"
        />
      </div>
      <Lines thread={thread} texts={texts} />
      {isLost && (
        <p className={css.lost} role="alert">
          {t("problem.unreachable")}
        </p>
      )}
      <Composer
        isDisabled={!from || !form.to}
        onSend={async (body, files) => {
          if (!from || !form.to) return;
          await texts.write({ from, to: form.to, body, channel, files });
          look();
        }}
      />
    </div>
  );
}

function Lines({ thread, texts }: { thread: ReturnType<typeof useThread>["thread"]; texts: Texts }) {
  const { t } = useTranslation("simulator");
  const list = useRef<HTMLOListElement>(null);
  const count = thread?.texts.length ?? 0;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  if (count === 0) {
    return (
      <div className={css.empty}>
        <p>{t("texts.empty")}</p>
        <p>{t("texts.stop")}</p>
      </div>
    );
  }
  return (
    <ol ref={list} className={css.lines} aria-label={t("texts.thread")} aria-live="polite" tabIndex={0}>
      {thread?.texts.map((text) => <Bubble key={text.sid} text={text} texts={texts} />)}
    </ol>
  );
}

function CallerSelect({ directory, from }: { directory: Directory; from: string | null }) {
  const { t } = useTranslation("simulator");
  const callers = knownCallers(directory);
  const isTyped = from !== null && !callers.some(({ number }) => number === from);
  return (
    <Choice
      label={t("texts.as")}
      value={from ?? ""}
      onChange={(known) => fillForm({ mode: "known", known })}
      options={[
        ...(isTyped ? [[from, from] as const] : []),
        ...callers.map(({ number, label }) => [number ?? "", `${label}  ${number}`] as const),
      ]}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [string, string])[];
  testid?: string;
}

function Choice({ label, value, onChange, options, testid }: ChoiceProps) {
  const id = useId();
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={css.select}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testid}
      >
        {options.map(([key, shown]) => (
          <option key={key} value={key}>
            {shown}
          </option>
        ))}
      </select>
    </div>
  );
}
