import { Radio } from "lucide-react";
import { clock } from "../../shared/format.ts";
import { Tag } from "../../shared/ui/Tag.tsx";
import { Choice } from "../../shared/ui/Toggle.tsx";
import { Page } from "../page/Page.tsx";
import { useFilter, useTextFilter } from "../page/useFilter.ts";
import { useNow } from "../store/now.ts";
import { useLocale } from "../text.ts";
import { Alerts } from "./Alerts.tsx";
import { Callbacks } from "./Callbacks.tsx";
import { ContactSheet } from "./ContactSheet.tsx";
import { FloorNow } from "./FloorNow.tsx";
import { useAlerts, useFloor, useFloorText, useMissed } from "./floor.ts";
import { Missed } from "./Missed.tsx";

/** From this age on the page says that it is old. */
const STALE_MS = 5_000;

/** The supervisors' page. */
export function FloorPage() {
  const t = useFloorText();
  const [view, chooseView] = useFilter("view", ["now", "alerts", "missed", "callbacks"]);
  const [contactId, show] = useTextFilter("contact");
  const floor = useFloor();
  const alerts = useAlerts(true).data?.alerts.length ?? 0;
  const missed = useMissed().data?.callers.length ?? 0;
  const contact = floor.data?.waiting.find((one) => one.contact_id === contactId);
  const counted = (words: string, count: number) => (count > 0 ? `${words} ${count}` : words);
  return (
    <Page
      title={t("title")}
      beside={<Freshness at={floor.data?.at} />}
      filters={
        <Choice
          label={t("view")}
          labelHidden
          value={view}
          options={[
            { id: "now", text: t("now") },
            { id: "alerts", text: counted(t("alerts.title"), alerts) },
            { id: "missed", text: counted(t("missed.title"), missed) },
            { id: "callbacks", text: t("callbacks.title") },
          ]}
          choose={chooseView}
        />
      }
      sheet={
        contact &&
        floor.data && (
          <ContactSheet key={contact.contact_id} contact={contact} floor={floor.data} close={() => show("")} />
        )
      }
    >
      {view === "now" && <FloorNow query={floor} shown={contactId} show={show} />}
      {view === "alerts" && <Alerts />}
      {view === "missed" && <Missed />}
      {view === "callbacks" && <Callbacks />}
    </Page>
  );
}

/** Whether what is shown is of now. */
function Freshness({ at }: { at: string | undefined }) {
  const t = useFloorText();
  const locale = useLocale();
  const now = useNow();
  if (!at) return null;
  if (now - Date.parse(at) > STALE_MS)
    return <Tag tone="amber">{t("stale", { time: clock(at, locale, true) })}</Tag>;
  return (
    <Tag tone="green">
      <Radio size={12} aria-hidden="true" />
      {t("live")}
    </Tag>
  );
}
