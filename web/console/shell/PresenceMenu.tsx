import { ChevronDown, CircleCheck, Coffee, GraduationCap, LogOut, Users, Utensils } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useLocation } from "wouter";
import type { AgentState, PresenceChange } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { isImeKey } from "../../shared/ime.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Menu, MenuItem } from "../../shared/ui/Menu.tsx";
import { api } from "../api.ts";
import { callOf } from "../call/barState.ts";
import { endShift } from "../shift/shift.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useElapsed } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { useWorks } from "../work/useWorks.ts";
import { useAction } from "../useAction.ts";
import css from "./PresenceMenu.module.css";
import { standing } from "./standing.ts";
import { useOutage } from "./useOutage.ts";

type ChoiceName = "available" | "break" | "lunch" | "meeting" | "training" | "offline";

const CHOICES: readonly { name: ChoiceName; change: PresenceChange; icon: typeof Coffee; tone: string | undefined }[] = [
  { name: "available", change: { presence: "available" }, icon: CircleCheck, tone: css.green },
  { name: "break", change: { presence: "away", reason: "break" }, icon: Coffee, tone: css.amber },
  { name: "lunch", change: { presence: "away", reason: "lunch" }, icon: Utensils, tone: css.amber },
  { name: "meeting", change: { presence: "away", reason: "meeting" }, icon: Users, tone: css.violet },
  { name: "training", change: { presence: "away", reason: "training" }, icon: GraduationCap, tone: css.violet },
  { name: "offline", change: { presence: "offline" }, icon: LogOut, tone: css.grey },
];

/**
 * The agent's state with its timer, and the choice of another. It shows only what the service confirmed. Before the shift
 * there is none: the checks of its start are the one way to Available.
 */
export function PresenceMenu() {
  const agent = useServer((state) => state.agent);
  const works = useWorks();
  return agent && (works || agent.presence !== "offline") && <Presence agent={agent} works={works} />;
}

function Presence({ agent, works }: { agent: AgentState; works: boolean }) {
  const t = useText();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const { run, busy } = useAction();
  const now = standing(agent);
  // Out of touch with the service nobody gets calls, whatever was true last.
  const tone = useOutage() && now.tone === "green" ? "grey" : now.tone;
  const elapsed = useElapsed(now.since);
  useShortcut("presence", () => setOpen(true));

  const choose = (name: string | undefined) => {
    const choice = CHOICES.find((one) => one.name === name);
    setOpen(false);
    if (!choice) return;
    if (choice.name === "available" && !works) return navigate("/");
    void run(() => api.setPresence(choice.change)).then((done) => {
      if (done?.presence === "offline") endShift();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = isImeKey(event) ? undefined : CHOICES[Number(event.key) - 1];
    if (choice) choose(choice.name);
  };
  const talks = useServer(({ contacts }) => callOf(contacts) !== null);
  const name = t(`standing.${now.name === "on_contact" && !talks ? "serving" : now.name}`);
  return (
    <Menu
      label={t("presence.label")}
      selected={agent.presence === "away" ? (agent.presence_reason ?? "") : agent.presence}
      onChoose={choose}
      onKeyDown={onKeyDown}
      trigger={{ isOpen: open, onOpenChange: setOpen }}
      button={
        <Button
          look="quiet"
          round
          className={`${css.button} ${css[tone]}`}
          isPending={busy}
          data-testid="presence"
          data-standing={now.name}
        >
          <span className={now.tone === "red" ? css.square : css.dot} />
          <span>{name}</span> <time>{duration(elapsed)}</time>
          <span className="visually-hidden">{t("presence.label")}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </Button>
      }
    >
      {CHOICES.map(({ name: id, icon: Icon, tone }, at) => (
        <MenuItem
          key={id}
          id={id}
          text={t(`standing.${id}`)}
          hint={id === "available" || id === "offline" ? t(`presence.${id}_hint`) : undefined}
          keyCap={String(at + 1)}
          icon={
            <span className={`${css.icon} ${tone}`}>
              <Icon size={16} aria-hidden="true" />
            </span>
          }
        />
      ))}
    </Menu>
  );
}

