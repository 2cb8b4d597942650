import { EllipsisVertical } from "lucide-react";
import type { FloorAgent } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { Menu, MenuItem, MenuLine } from "../../shared/ui/Menu.tsx";
import { Tag } from "../../shared/ui/Tag.tsx";
import { ChannelIcon } from "../contact/ChannelIcon.tsx";
import { isCall } from "../conversation/channels.ts";
import { type Column, Table } from "../page/Table.tsx";
import { useMe } from "../session/session.ts";
import { standing } from "../shell/standing.ts";
import { useNow } from "../store/now.ts";
import { useText } from "../text.ts";
import css from "./FloorNow.module.css";
import { floorApi, useFloorText } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

interface AgentsProps {
  agents: readonly FloorAgent[] | undefined;
  failed: boolean;
  retry(): void;
}

/** Who is at work, in which state since when, with what; the others below. */
export function Agents({ agents, failed, retry }: AgentsProps) {
  const t = useFloorText();
  const rows = agents && [...agents].sort((a, b) => Number(a.presence === "offline") - Number(b.presence === "offline"));
  const columns: Column<FloorAgent>[] = [
    { id: "name", title: t("agent"), cell: (agent) => agent.display_name },
    { id: "state", title: t("state"), cell: (agent) => <State agent={agent} /> },
    { id: "work", title: t("work"), cell: (agent) => <Work agent={agent} /> },
    { id: "do", title: t("commands"), titleHidden: true, end: true, cell: (agent) => <Commands agent={agent} /> },
  ];
  return (
    <Table
      label={t("agents")}
      columns={columns}
      rows={rows}
      keyOf={(agent) => agent.agent_id}
      empty={t("no_agents")}
      failed={failed}
      retry={retry}
      testId="agents"
    />
  );
}

function State({ agent }: { agent: FloorAgent }) {
  const words = useText();
  const now = useNow();
  const { name, tone, since } = standing({ ...agent, engagement: null, wrap_up_until: null });
  const serves = name === "on_contact" && !agent.work.some((one) => isCall(one.channel));
  return (
    <Tag tone={tone}>
      {words(`standing.${serves ? "serving" : name}`)}
      <time>{duration((now - Date.parse(since)) / 1000)}</time>
    </Tag>
  );
}

function Work({ agent }: { agent: FloorAgent }) {
  const words = useText();
  return (
    <span className={css.work}>
      {agent.work.map((one) => (
        <span key={one.contact_id}>
          <ChannelIcon channel={one.channel} />
          {one.customer_name ?? (one.address ? phoneNumber(one.address) : words("number.withheld"))}
        </span>
      ))}
    </span>
  );
}

const MODES = ["listen", "whisper", "barge"] as const;
type Mode = (typeof MODES)[number];
const isMode = (key: string): key is Mode => MODES.some((mode) => mode === key);

function Commands({ agent }: { agent: FloorAgent }) {
  const t = useFloorText();
  const words = useText();
  const me = useMe();
  const { give, busy } = useCommand();
  const call = agent.work.find((one) => isCall(one.channel) && one.state === "active");
  const maySupervise = call && agent.agent_id !== me.agent_id && me.permissions.includes("calls.listen");
  const choose = (key: string) => {
    if (isMode(key)) return call && void give(() => floorApi.supervise(call.contact_id, key));
    if (key === "log_out") return void give(() => floorApi.logOut(agent.agent_id));
    if (key === "break") return void give(() => floorApi.setPresence(agent.agent_id, { presence: "away", reason: "break" }));
    if (key === "available" || key === "offline")
      void give(() => floorApi.setPresence(agent.agent_id, { presence: key }));
  };
  return (
    <Menu
      label={t("commands_for", { agent: agent.display_name })}
      onChoose={choose}
      button={
        <IconButton label={t("commands_for", { agent: agent.display_name })} isPending={busy} data-testid="agent-commands">
          <EllipsisVertical size={16} />
        </IconButton>
      }
    >
      {maySupervise && MODES.map((mode) => <MenuItem key={mode} id={mode} text={t(`supervise.${mode}`)} hint={t(`supervise.${mode}_hint`)} />)}
      {maySupervise && <MenuLine />}
      {agent.is_connected && <MenuItem id="available" text={words("standing.available")} />}
      {agent.presence !== "offline" && <MenuItem id="break" text={words("standing.break")} />}
      {agent.presence !== "offline" && <MenuItem id="offline" text={words("standing.offline")} />}
      <MenuItem id="log_out" text={t("log_out")} hint={t("log_out_hint")} />
    </Menu>
  );
}
