import i18next from "i18next";
import type { AlertView } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Choice } from "../../shared/ui/Toggle.tsx";
import { whenWords } from "../customer/words.ts";
import { Card } from "../page/Page.tsx";
import { type Column, Table } from "../page/Table.tsx";
import { useFilter } from "../page/useFilter.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import { floorApi, type FloorText, useAlerts, useFloorText } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

/** The words of a kind of alert; `tests/web/test_words.py` sees to it that every kind has them. */
function alertWords(kind: string, part: "title" | "hint", t: FloorText): string {
  const key = `alerts.${kind}.${part}`;
  const isKnown = (name: string): name is "alerts.node_lost.title" => i18next.exists(name, { ns: "floor" });
  return isKnown(key) ? t(key) : part === "title" ? kind.replaceAll("_", " ") : "";
}

/** What somebody should look at. */
export function Alerts() {
  const t = useFloorText();
  const words = useText();
  const locale = useLocale();
  const now = useNow();
  const [which, choose] = useFilter("alerts", ["open", "cleared"]);
  const { data, isError, refetch } = useAlerts(which === "open");
  const columns: Column<AlertView>[] = [
    { id: "kind", title: t("alerts.kind"), cell: (alert) => alertWords(alert.kind, "title", t) },
    { id: "hint", title: t("alerts.what_to_do"), cell: (alert) => alertWords(alert.kind, "hint", t) },
    { id: "since", title: t("alerts.since"), cell: (alert) => whenWords(alert.since, words, locale, now) },
    {
      id: "do",
      title: t("commands"),
      titleHidden: true,
      end: true,
      cell: (alert) => alert.cleared_at === null && <Clear alert={alert} />,
    },
  ];
  return (
    <Card
      title={t("alerts.title")}
      end={
        <Choice
          label={t("alerts.which")}
          labelHidden
          value={which}
          options={[
            { id: "open", text: t("alerts.open") },
            { id: "cleared", text: t("alerts.cleared") },
          ]}
          choose={choose}
        />
      }
    >
      <Table
        label={t("alerts.title")}
        columns={columns}
        rows={data?.alerts}
        keyOf={(alert) => alert.alert_id}
        empty={t("alerts.none")}
        failed={isError}
        retry={() => void refetch()}
        testId="alerts"
      />
    </Card>
  );
}

function Clear({ alert }: { alert: AlertView }) {
  const t = useFloorText();
  const { give, busy } = useCommand();
  return (
    <Button isPending={busy} onPress={() => void give(() => floorApi.clearAlert(alert.alert_id))} data-testid="clear-alert">
      {t("alerts.clear")}
    </Button>
  );
}
