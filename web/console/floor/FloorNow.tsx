import type { UseQueryResult } from "@tanstack/react-query";
import type { Floor, FloorContact, FloorQueue } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Tag } from "../../shared/ui/Tag.tsx";
import { ChannelIcon } from "../contact/ChannelIcon.tsx";
import { Card } from "../page/Page.tsx";
import { type Column, RowButton, Table } from "../page/Table.tsx";
import { useMe } from "../session/session.ts";
import { useNow } from "../store/now.ts";
import { useText } from "../text.ts";
import { Agents } from "./Agents.tsx";
import css from "./FloorNow.module.css";
import { floorApi, type FloorText, useFloorText } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

/** From this wait on somebody should look, in seconds. */
const LONG_WAIT_S = 60;

interface FloorNowProps {
  query: UseQueryResult<Floor>;
  /** The waiting contact in the sheet. */
  shown: string;
  show(contactId: string): void;
}

/** Queues, who waits in them, and what agents do. */
export function FloorNow({ query, shown, show }: FloorNowProps) {
  const t = useFloorText();
  const { data, isError, refetch } = query;
  const common = { failed: isError, retry: () => void refetch() };
  const queueColumns = useQueueColumns();
  const waitingColumns = useWaitingColumns(show);
  return (
    <div className={css.floor}>
      <div className={css.column}>
        <Card title={t("queues")}>
          <Table
            {...common}
            label={t("queues")}
            columns={queueColumns}
            rows={data?.queues}
            keyOf={(queue) => queue.queue_id}
            empty={t("no_queues")}
            testId="queues"
          />
        </Card>
        <Card title={t("waiting")} end={data && <Tag>{data.waiting.length}</Tag>}>
          <Table
            {...common}
            label={t("waiting")}
            columns={waitingColumns}
            rows={data?.waiting}
            keyOf={(contact) => contact.contact_id}
            empty={t("nobody_waits")}
            shown={shown}
            testId="waiting"
          />
        </Card>
      </div>
      <Card title={t("agents")} end={data && <Tag>{data.agents.filter((one) => one.presence !== "offline").length}</Tag>}>
        <Agents agents={data?.agents} {...common} />
      </Card>
    </div>
  );
}

/** Seconds since a moment, on the service's clock. */
function useSince(): (since: string | null) => number {
  const now = useNow();
  return (since) => (since ? Math.max(0, (now - Date.parse(since)) / 1000) : 0);
}

function useQueueColumns(): Column<FloorQueue>[] {
  const t = useFloorText();
  const since = useSince();
  const mayClose = useMe().permissions.includes("queues.open_close");
  return [
    { id: "name", title: t("queue"), cell: (queue) => queue.name },
    { id: "state", title: t("state"), cell: (queue) => <QueueState queue={queue} t={t} /> },
    {
      id: "waiting",
      title: t("waiting_count"),
      end: true,
      cell: (queue) => <b className={queue.waiting > 0 ? css.some : undefined}>{queue.waiting}</b>,
    },
    {
      id: "longest",
      title: t("longest"),
      end: true,
      cell: (queue) => {
        const waited = since(queue.longest_since);
        return <span className={waited >= LONG_WAIT_S ? css.late : undefined}>{duration(waited)}</span>;
      },
    },
    { id: "free", title: t("free_of"), end: true, cell: (queue) => `${queue.free} / ${queue.at_work}` },
    ...(mayClose
      ? [{ id: "do", title: t("commands"), titleHidden: true, end: true, cell: (queue: FloorQueue) => <OpenClose queue={queue} /> }]
      : []),
  ];
}

function QueueState({ queue, t }: { queue: FloorQueue; t: FloorText }) {
  if (queue.is_closed) return <Tag tone="red">{t("closed_by_hand")}</Tag>;
  return <Tag tone={queue.is_open ? "green" : "grey"}>{t(queue.is_open ? "open" : "out_of_hours")}</Tag>;
}

function OpenClose({ queue }: { queue: FloorQueue }) {
  const t = useFloorText();
  const { give, busy } = useCommand();
  const order = queue.is_closed ? floorApi.openQueue : floorApi.closeQueue;
  return (
    <Button isPending={busy} onPress={() => void give(() => order(queue.queue_id))} data-testid="queue-switch">
      {t(queue.is_closed ? "open_queue" : "close_queue")}
      <span className="visually-hidden">{queue.name}</span>
    </Button>
  );
}

function useWaitingColumns(show: (contactId: string) => void): Column<FloorContact>[] {
  const t = useFloorText();
  const words = useText();
  const since = useSince();
  return [
    {
      id: "who",
      title: t("who"),
      cell: (one) => (
        <span className={css.who}>
          <ChannelIcon channel={one.channel} />
          <RowButton onPress={() => show(one.contact_id)}>
            {one.customer_name ?? (one.address ? phoneNumber(one.address) : words("number.withheld"))}
          </RowButton>
        </span>
      ),
    },
    { id: "queue", title: t("queue"), cell: (one) => one.queue_name },
    {
      id: "waited",
      title: t("waited"),
      end: true,
      cell: (one) => {
        const waited = since(one.queued_at);
        return <span className={waited >= LONG_WAIT_S ? css.late : undefined}>{duration(waited)}</span>;
      },
    },
    { id: "priority", title: t("priority"), end: true, cell: (one) => one.priority },
    {
      id: "state",
      title: t("state"),
      cell: (one) =>
        one.state === "offered" ? (
          <Tag tone="green">{t("rings")}</Tag>
        ) : (
          one.assigned_to && <Tag tone="blue">{t("assigned_to", { agent: one.assigned_to })}</Tag>
        ),
    },
  ];
}
