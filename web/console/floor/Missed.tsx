import { PhoneForwarded } from "lucide-react";
import type { MissedCaller } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { whenWords } from "../customer/words.ts";
import { CallButton } from "../dial/CallButton.tsx";
import { Card } from "../page/Page.tsx";
import { type Column, Table } from "../page/Table.tsx";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import css from "./Missed.module.css";
import { floorApi, useFloorText, useMissed } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

/** Who left while waiting and was not reached since: call, or have them called. */
export function Missed() {
  const t = useFloorText();
  const words = useText();
  const locale = useLocale();
  const now = useNow();
  const { data, isError, refetch } = useMissed();
  const columns: Column<MissedCaller>[] = [
    { id: "who", title: t("who"), cell: (one) => one.customer_name ?? phoneNumber(one.number) },
    { id: "number", title: t("number"), cell: (one) => phoneNumber(one.number) },
    { id: "queue", title: t("queue"), cell: (one) => one.queue_name },
    { id: "left", title: t("missed.left"), cell: (one) => whenWords(one.left_at, words, locale, now) },
    { id: "waited", title: t("missed.waited"), end: true, cell: (one) => duration(one.waited_seconds ?? 0) },
    { id: "times", title: t("missed.times"), end: true, cell: (one) => one.times },
    { id: "do", title: t("commands"), titleHidden: true, end: true, cell: (one) => <Answers caller={one} /> },
  ];
  return (
    <Card title={t("missed.title")}>
      <Table
        label={t("missed.title")}
        columns={columns}
        rows={data?.callers}
        keyOf={(one) => one.contact_id}
        empty={t("missed.none")}
        failed={isError}
        retry={() => void refetch()}
        testId="missed"
      />
    </Card>
  );
}

function Answers({ caller }: { caller: MissedCaller }) {
  const t = useFloorText();
  const { give, busy } = useCommand();
  const { number, queue_id: queueId } = caller;
  return (
    <span className={css.answers}>
      <CallButton target={{ contact_id: caller.contact_id }} words={t("missed.call")} />
      {queueId && (
        <Button isPending={busy} onPress={() => void give(() => floorApi.askCallback(number, queueId))} data-testid="ask-callback">
          <PhoneForwarded size={16} aria-hidden="true" />
          {t("missed.call_back")}
        </Button>
      )}
    </span>
  );
}
