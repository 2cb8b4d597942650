import type { VoicemailView } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { Tag } from "../../shared/ui/Tag.tsx";
import { Choice } from "../../shared/ui/Toggle.tsx";
import { Select } from "../../shared/ui/Select.tsx";
import { whenWords } from "../customer/words.ts";
import { Card, Page } from "../page/Page.tsx";
import { type Column, RowButton, Table } from "../page/Table.tsx";
import { useFilter, useTextFilter } from "../page/useFilter.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import { useVoicemails, useVoicemailText, whoLeft } from "./voicemails.ts";
import { VoicemailSheet } from "./VoicemailSheet.tsx";

/** Messages that callers left: which wait to be heard, and one of them at the side. */
export function VoicemailsPage() {
  const t = useVoicemailText();
  const [which, chooseWhich] = useFilter("which", ["new", "heard"]);
  const [queue, chooseQueue] = useTextFilter("queue");
  const [shownId, show] = useTextFilter("message");
  const { data, isError, refetch } = useVoicemails(which === "heard");
  const all = data?.voicemails;
  const rows = all?.filter((one) => !queue || one.queue_id === queue);
  const shown = all?.find((one) => one.contact_id === shownId);
  const columns = useColumns((id) => show(id));
  return (
    <Page
      title={t("title")}
      filters={
        <>
          <Choice
            label={t("which")}
            labelHidden
            value={which}
            options={[
              { id: "new", text: t("new") },
              { id: "heard", text: t("heard") },
            ]}
            choose={chooseWhich}
          />
          <QueueFilter voicemails={all ?? []} queue={queue} choose={chooseQueue} />
        </>
      }
      sheet={shown && <VoicemailSheet key={shown.contact_id} voicemail={shown} close={() => show("")} />}
    >
      <Card>
        <Table
          label={t("list")}
          columns={columns}
          rows={rows}
          keyOf={(one) => one.contact_id}
          empty={which === "new" ? t("none_new") : t("none_heard")}
          failed={isError}
          retry={() => void refetch()}
          shown={shownId}
          testId="voicemails"
        />
      </Card>
    </Page>
  );
}

interface QueueFilterProps {
  voicemails: readonly VoicemailView[];
  queue: string;
  choose(queue: string): void;
}

/** Only queues that have messages are worth a choice. */
function QueueFilter({ voicemails, queue, choose }: QueueFilterProps) {
  const t = useVoicemailText();
  const names = new Map(voicemails.map((one) => [one.queue_id ?? "", one.queue_name ?? ""]));
  const options = [...names].filter(([id]) => id).map(([id, text]) => ({ id, text }));
  if (options.length < 2 && !queue) return null;
  return (
    <Select
      label={t("queue")}
      labelHidden
      value={queue}
      options={[{ id: "", text: t("all_queues") }, ...options]}
      choose={choose}
    />
  );
}

function useColumns(show: (id: string) => void): Column<VoicemailView>[] {
  const t = useVoicemailText();
  const words = useText();
  const locale = useLocale();
  const now = useNow();
  return [
    {
      id: "from",
      title: t("from"),
      cell: (one) => <RowButton onPress={() => show(one.contact_id)}>{whoLeft(one) ?? t("withheld")}</RowButton>,
    },
    { id: "queue", title: t("queue"), cell: (one) => one.queue_name },
    {
      id: "left",
      title: t("left"),
      cell: (one) => <time dateTime={one.left_at}>{whenWords(one.left_at, words, locale, now)}</time>,
    },
    { id: "length", title: t("length"), end: true, cell: (one) => one.seconds !== null && duration(one.seconds) },
    { id: "state", title: t("state"), cell: (one) => <State voicemail={one} /> },
  ];
}

function State({ voicemail }: { voicemail: VoicemailView }) {
  const t = useVoicemailText();
  if (voicemail.callback_id) return <Tag tone="green">{t("callback_asked")}</Tag>;
  if (voicemail.heard_at) return <Tag>{t("heard_by", { agent: voicemail.heard_by ?? "" })}</Tag>;
  return <Tag tone="blue">{t("new")}</Tag>;
}
