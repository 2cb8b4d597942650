import { useQuery } from "@tanstack/react-query";
import { isLocale, LOCALE_NAMES } from "../../shared/i18n/locales.ts";
import { Select } from "../../shared/ui/Select.tsx";
import { flowApi } from "./api.ts";
import css from "./Flows.module.css";
import type { Flow } from "./graph.ts";
import { QueueField } from "./Inspector.tsx";
import { LinkField } from "./LinkField.tsx";
import { useFlowText } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";
import { WordsField } from "./WordsField.tsx";

/** What belongs to the flow as a whole: names, where it begins, where key 0 and a lost caller end. */
export function FlowSettings({ editing, mayEdit }: { editing: FlowEditing; mayEdit: boolean }) {
  const t = useFlowText();
  const { flow, change, view } = editing;
  const set = (part: Partial<Flow>) => change({ ...flow, ...part });
  const { data: uses = [] } = useQuery({ queryKey: ["flow-uses", view.flow_id], queryFn: () => flowApi.uses(view.flow_id) });
  return (
    <>
      <h2>{t("settings")}</h2>
      <fieldset className={css.fields} disabled={!mayEdit} data-testid="settings">
        <WordsField label={t("name")} words={flow.name} locales={flow.locales} set={(name) => set({ name: name ?? {} })} rows={1} testId="name" />
        <WordsField label={t("field.company")} words={flow.company} locales={flow.locales} set={(company) => set({ company: company ?? {} })} rows={1} testId="company" />
        <div data-field="start">
          <LinkField label={t("field.start")} flow={flow} target={flow.start} isRequired set={(start) => start && set({ start })} />
        </div>
        <div data-field="human">
          <LinkField label={t("field.human")} flow={flow} target={flow.human} isRequired set={(human) => human && set({ human })} />
        </div>
        <div data-field="fallback">
          <QueueField label={t("field.fallback")} value={flow.fallback.queue} isRequired set={(queue) => queue && set({ fallback: { ...flow.fallback, queue } })} />
        </div>
        <div data-field="default_locale">
          <Select
            label={t("field.default_locale")}
            value={flow.default_locale as string}
            options={flow.locales.map((id) => ({ id: id as string, text: LOCALE_NAMES[id], lang: id }))}
            choose={(id) => isLocale(id) && set({ default_locale: id })}
          />
        </div>
      </fieldset>
      <h3>{t("uses")}</h3>
      {uses.length === 0 && <p className={css.meta}>{t("no_uses")}</p>}
      <ul className={css.changes}>
        {uses.map((use) => (
          <li key={`${use.channel}:${use.address}`}>
            {use.address} <span className={css.meta}>{use.label}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
