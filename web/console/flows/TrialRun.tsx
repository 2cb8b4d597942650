import { Phone, PhoneOff, RotateCcw, Send } from "lucide-react";
import { useState } from "react";
import type { TrialTurn, TurnView } from "../../shared/api/index.ts";
import { LOCALE_NAMES, type Locale } from "../../shared/i18n/locales.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Line } from "../../shared/ui/Line.tsx";
import { Select } from "../../shared/ui/Select.tsx";
import { Toggle } from "../../shared/ui/Toggle.tsx";
import { useAction } from "../useAction.ts";
import { flowApi } from "./api.ts";
import css from "./Flows.module.css";
import { nameOf } from "./names.ts";
import { useFlowText, wordsFor } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";

interface Said {
  input: string | null;
  turn: TurnView;
}

type Input = NonNullable<TrialTurn["input"]>;

/** A call to what stands on the page: the real interpreter, and nothing is written and nobody called. */
export function TrialRun({ editing, setLive }: { editing: FlowEditing; setLive(id: string | null): void }) {
  const t = useFlowText();
  const { run, busy } = useAction();
  const { flow, view } = editing;
  const [said, setSaid] = useState<readonly Said[]>([]);
  const [locale, setLocale] = useState<Locale>(flow.default_locale);
  const [isOpen, setOpen] = useState(true);
  const [name, setName] = useState("");
  const last = said.at(-1)?.turn;
  const took = (input: string | null, turn: TurnView | null, before: readonly Said[]) => {
    if (!turn) return;
    setSaid([...before, { input, turn }]);
    setLive(turn.is_over ? null : turn.node);
  };
  const begin = async () => {
    const facts = { locale, is_open: isOpen, known: name !== "", name: name || null };
    took(null, await run(() => flowApi.turn(view.flow_id, flow, { facts })), []);
  };
  const answer = async (input: Input, words: string) => {
    if (!last) return;
    took(words, await run(() => flowApi.turn(view.flow_id, flow, { state: last.state, input })), said);
  };
  return (
    <>
      <p className={css.meta}>{t("trial_lead")}</p>
      {said.length === 0 && (
        <>
          <Select label={t("trial_language")} value={locale} options={flow.locales.map((id) => ({ id, text: LOCALE_NAMES[id], lang: id }))} choose={(id) => setLocale(id)} />
          <Line label={t("trial_name")} hint={t("trial_name_hint")} value={name} onChange={setName} />
          <Toggle on={isOpen} change={setOpen}>
            {t("trial_open")}
          </Toggle>
        </>
      )}
      <ol className={css.transcript} aria-live="polite" data-testid="transcript">
        {said.map((one, at) => (
          <Turn key={at} said={one} editing={editing} />
        ))}
      </ol>
      {last && !last.is_over && <Answers turn={last} busy={busy} answer={(input, words) => void answer(input, words)} />}
      <div className={css.row}>
        <Button look={last ? "plain" : "primary"} isPending={busy} onPress={() => void begin()} data-testid="trial-begin">
          {last ? <RotateCcw size={15} aria-hidden="true" /> : <Phone size={15} aria-hidden="true" />}
          {last ? t("trial_again") : t("trial_begin")}
        </Button>
        {last && (
          <Button
            look="quiet"
            onPress={() => {
              setSaid([]);
              setLive(null);
            }}
          >
            {t("trial_clear")}
          </Button>
        )}
      </div>
    </>
  );
}

function Turn({ said: { input, turn }, editing }: { said: Said; editing: FlowEditing }) {
  const t = useFlowText();
  return (
    <>
      {input !== null && <li className={css.does}>{input}</li>}
      {turn.search && (
        <li className={css.aside}>
          {t("trial_searched", { zone: wordsFor(t, `zone.${turn.search.zone}`, turn.search.zone), share: Math.round(turn.search.probability * 100) })}
        </li>
      )}
      {turn.prompts.map((prompt, at) => (
        <li key={at} className={css.says} lang={prompt.locale}>
          {prompt.text}
        </li>
      ))}
      {turn.is_over ? (
        <li className={css.aside} data-testid="trial-end">
          {turn.action === "enqueue" ? t("trial_queued", { queue: turn.queue ?? "", priority: turn.priority ?? 5 }) : t("trial_closed")}
        </li>
      ) : (
        <li className={css.aside}>{t("trial_at", { step: nameOf(turn.node, editing.flow, t) })}</li>
      )}
    </>
  );
}

function Answers({ turn, busy, answer }: { turn: TurnView; busy: boolean; answer(input: Input, words: string): void }) {
  const t = useFlowText();
  const [words, setWords] = useState("");
  const keys = (key: string, label: string) => (
    <Button key={key} isPending={busy} onPress={() => answer({ kind: "keys", keys: key }, label)} shortcut={key} data-testid={`trial-key-${key}`}>
      {label}
    </Button>
  );
  return (
    <>
      <div className={css.row}>
        {turn.choices.map(({ key, label }) => keys(key, label))}
        {keys("0", t("trial_human"))}
        {keys("*", t("trial_repeat"))}
      </div>
      <form
        className={css.row}
        onSubmit={(event) => {
          event.preventDefault();
          if (words.trim()) answer({ kind: "words", text: words }, words);
          setWords("");
        }}
      >
        <Line label={t("trial_say")} value={words} onChange={setWords} testId="trial-words" />
        <Button type="submit" isPending={busy} data-testid="trial-send">
          <Send size={15} aria-hidden="true" />
          {t("trial_send")}
        </Button>
      </form>
      <div className={css.row}>
        <Button look="quiet" isPending={busy} onPress={() => answer({ kind: "silence" }, t("trial_silence"))}>
          {t("trial_silence")}
        </Button>
        <Button look="quiet" isPending={busy} onPress={() => answer({ kind: "hang_up" }, t("trial_hang_up"))}>
          <PhoneOff size={15} aria-hidden="true" />
          {t("trial_hang_up")}
        </Button>
      </div>
    </>
  );
}
