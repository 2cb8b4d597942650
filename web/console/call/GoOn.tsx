import { ArrowRightLeft, PhoneForwarded } from "lucide-react";
import { useEffect, useState } from "react";
import type { TransferTargets } from "../../shared/api/index.ts";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { Window } from "../../shared/ui/Window.tsx";
import { Field } from "../../shared/ui/Field.tsx";
import { api } from "../api.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./GoOn.module.css";

type Target = { agent_id: string } | { number: string };

interface GoOnProps {
  contactId: string;
  isDisabled?: boolean;
  /** In writing there is nobody to consult and no number to pass it to. */
  isWritten?: boolean;
}

/** Consult or transfer: opens the list of who is free. */
export function GoOn({ contactId, isDisabled, isWritten = false }: GoOnProps) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      {isWritten ? (
        <Button onPress={() => setOpen(true)} data-testid="written-transfer">
          <ArrowRightLeft size={16} aria-hidden="true" />
          {t("conversation.transfer")}
        </Button>
      ) : (
        <IconButton
          round
          look="plain"
          label={t("guest.go_on")}
          isDisabled={isDisabled}
          onPress={() => setOpen(true)}
          data-testid="call-go-on"
        >
          <PhoneForwarded size={16} />
        </IconButton>
      )}
      <Window title={t("guest.go_on_title")} closeLabel={t("close")} isOpen={open} close={() => setOpen(false)}>
        <Targets contactId={contactId} isWritten={isWritten} done={() => setOpen(false)} />
      </Window>
    </>
  );
}

function useTargets(): TransferTargets | "failed" | null {
  const [targets, setTargets] = useState<TransferTargets | "failed" | null>(null);
  useEffect(() => {
    let gone = false;
    const load = () =>
      api.transferTargets().then(
        (found) => gone || setTargets(found),
        () => gone || setTargets((before) => before ?? "failed"),
      );
    void load();
    const timer = setInterval(() => void load(), 5000);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);
  return targets;
}

interface TargetsProps {
  contactId: string;
  isWritten: boolean;
  done(): void;
}

function Targets({ contactId, isWritten, done }: TargetsProps) {
  const t = useText();
  const { run, busy } = useAction();
  const [number, setNumber] = useState("");
  const targets = useTargets();
  const start = async (work: () => Promise<unknown>) => {
    if (await run(work)) done();
  };
  const consult = (target: Target) => void start(() => api.consult(contactId, target));
  const transfer = (target: Target | { queue_id: string }) => void start(() => api.transfer(contactId, target));
  const colleagues = targets && targets !== "failed" ? targets.agents.filter((one) => one.is_at_work) : [];
  return (
    <>
      {!isWritten && (
        <form className={css.number} onSubmit={(event) => event.preventDefault()}>
          <Field
            label={`${t("guest.number")} (${t("guest.number_hint")})`}
            type="tel"
            value={number}
            onChange={setNumber}
            testId="target-number"
          />
          <Button isDisabled={!number} isPending={busy} onPress={() => consult({ number })} data-testid="number-consult">
            {t("guest.consult")}
          </Button>
          <Button isDisabled={!number} isPending={busy} onPress={() => transfer({ number })} data-testid="number-transfer">
            {t("guest.transfer")}
          </Button>
        </form>
      )}
      {targets === "failed" && <p role="alert">{t("guest.targets_failed")}</p>}
      <h3>{t("guest.colleagues")}</h3>
      {targets && targets !== "failed" && colleagues.length === 0 && <p className={css.quiet}>{t("guest.nobody")}</p>}
      <ul className={css.list}>
        {colleagues.map((one) => (
          <li key={one.agent_id} data-testid="target-agent">
            <b>{one.name}</b>
            <span className={one.is_free ? css.free : css.quiet}>{t(one.is_free ? "guest.free" : "guest.busy")}</span>
            {!isWritten && (
              <Button
                isDisabled={!one.is_free}
                isPending={busy}
                onPress={() => consult({ agent_id: one.agent_id })}
                data-testid="agent-consult"
              >
                {t("guest.consult")}
              </Button>
            )}
            <Button isPending={busy} onPress={() => transfer({ agent_id: one.agent_id })} data-testid="agent-transfer">
              {t("guest.transfer")}
            </Button>
          </li>
        ))}
      </ul>
      <h3>{t("guest.queues")}</h3>
      <ul className={css.list}>
        {targets &&
          targets !== "failed" &&
          targets.queues.map((one) => (
            <li key={one.queue_id}>
              <b>{one.name}</b>
              <span className={css.quiet}>{t("guest.waiting", { count: one.waiting, free: one.free_agents })}</span>
              <Button isPending={busy} onPress={() => transfer({ queue_id: one.queue_id })} data-testid="queue-transfer">
                {t("guest.transfer")}
              </Button>
            </li>
          ))}
      </ul>
    </>
  );
}
