import type { CallbackView } from "../../shared/api/index.ts";
import { clock, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Tag, type TagTone } from "../../shared/ui/Tag.tsx";
import { Choice } from "../../shared/ui/Toggle.tsx";
import { whenWords } from "../customer/words.ts";
import { Card } from "../page/Page.tsx";
import { type Column, Table } from "../page/Table.tsx";
import { useFilter } from "../page/useFilter.ts";
import { useMe } from "../session/session.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import { floorApi, useCallbacks, useFloorText } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

const TONES: Record<CallbackView["state"], TagTone> = {
  pausing: "grey",
  waiting: "blue",
  dialling: "green",
  reached: "green",
  settled: "green",
  failed: "red",
  cancelled: "grey",
};

/** Who is to be called back, in which order, and how the tries went. */
export function Callbacks() {
  const t = useFloorText();
  const words = useText();
  const locale = useLocale();
  const now = useNow();
  const [which, choose] = useFilter("callbacks", ["open", "ended"]);
  const { data, isError, refetch } = useCallbacks(which === "ended");
  const mayEnd = useMe().permissions.includes("contacts.end");
  const columns: Column<CallbackView>[] = [
    { id: "who", title: t("who"), cell: (one) => one.customer_name ?? phoneNumber(one.number) },
    { id: "number", title: t("number"), cell: (one) => phoneNumber(one.number) },
    { id: "queue", title: t("queue"), cell: (one) => one.queue_name },
    { id: "state", title: t("state"), cell: (one) => <Tag tone={TONES[one.state]}>{t(`callbacks.state.${one.state}`)}</Tag> },
    { id: "place", title: t("callbacks.place"), end: true, cell: (one) => one.place },
    { id: "tries", title: t("callbacks.tries"), end: true, cell: (one) => `${one.tries} / ${one.max_tries}` },
    { id: "next", title: t("callbacks.next"), cell: (one) => one.next_try_at && clock(one.next_try_at, locale) },
    { id: "asked", title: t("callbacks.asked"), cell: (one) => whenWords(one.requested_at, words, locale, now) },
    {
      id: "do",
      title: t("commands"),
      titleHidden: true,
      end: true,
      cell: (one) => mayEnd && one.ended_at === null && <Cancel callback={one} />,
    },
  ];
  return (
    <Card
      title={t("callbacks.title")}
      end={
        <Choice
          label={t("callbacks.which")}
          labelHidden
          value={which}
          options={[
            { id: "open", text: t("callbacks.open") },
            { id: "ended", text: t("callbacks.ended") },
          ]}
          choose={choose}
        />
      }
    >
      <Table
        label={t("callbacks.title")}
        columns={columns}
        rows={data?.callbacks}
        keyOf={(one) => one.callback_id}
        empty={t("callbacks.none")}
        failed={isError}
        retry={() => void refetch()}
        testId="callbacks"
      />
    </Card>
  );
}

function Cancel({ callback }: { callback: CallbackView }) {
  const t = useFloorText();
  const { give, busy } = useCommand();
  return (
    <Button isPending={busy} onPress={() => void give(() => floorApi.cancelCallback(callback.callback_id))} data-testid="cancel-callback">
      {t("callbacks.cancel")}
    </Button>
  );
}
