import { useState } from "react";
import type { Floor, FloorContact } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Field } from "../../shared/ui/Field.tsx";
import { Select } from "../../shared/ui/Select.tsx";
import { channelWords } from "../customer/words.ts";
import { Fact, Facts, Sheet } from "../page/Sheet.tsx";
import { useElapsed } from "../store/now.ts";
import { useText } from "../text.ts";
import css from "./ContactSheet.module.css";
import { floorApi, useFloorText } from "./floor.ts";
import { useCommand } from "./useCommand.ts";

interface ContactSheetProps {
  contact: FloorContact;
  floor: Floor;
  close(): void;
}

const PRIORITIES = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** A contact that waits, and what a supervisor can do with it. It goes when somebody takes it. */
export function ContactSheet({ contact, floor, close }: ContactSheetProps) {
  const t = useFloorText();
  const words = useText();
  const waited = useElapsed(contact.queued_at);
  const { give, busy } = useCommand();
  const id = contact.contact_id;
  const who = contact.customer_name ?? (contact.address ? phoneNumber(contact.address) : words("number.withheld"));
  const priority = PRIORITIES.find((one) => one === String(contact.priority)) ?? "5";
  return (
    <Sheet title={who} close={close} testId="waiting-contact">
      <Facts>
        <Fact name={t("channel")}>{channelWords(contact.channel, words)}</Fact>
        {contact.address && <Fact name={t("number")}>{phoneNumber(contact.address)}</Fact>}
        <Fact name={t("queue")}>{contact.queue_name}</Fact>
        <Fact name={t("waited")}>{duration(waited)}</Fact>
        {contact.assigned_to && <Fact name={t("asked_alone")}>{contact.assigned_to}</Fact>}
      </Facts>
      <Select
        label={t("priority_label")}
        value={priority}
        options={PRIORITIES.map((one) => ({ id: one, text: t(`priorities.${one}`) }))}
        isDisabled={busy}
        choose={(chosen) => void give(() => floorApi.setPriority(id, Number(chosen)))}
        testId="set-priority"
      />
      <Pick
        label={t("move_to")}
        button={t("move")}
        options={floor.queues.filter((queue) => queue.queue_id !== contact.queue_id).map((queue) => ({ id: queue.queue_id, text: queue.name }))}
        busy={busy}
        act={(queueId) => give(() => floorApi.move(id, queueId))}
        testId="move"
      />
      <Pick
        label={t("give_to")}
        button={t("give")}
        options={floor.agents.filter((agent) => agent.presence !== "offline").map((agent) => ({ id: agent.agent_id, text: agent.display_name }))}
        busy={busy}
        act={(agentId) => give(() => floorApi.assign(id, agentId))}
        testId="assign"
      />
      {contact.assigned_to && (
        <Button isPending={busy} onPress={() => void give(() => floorApi.unassign(id))} data-testid="unassign">
          {t("ask_everybody")}
        </Button>
      )}
      <EndContact contactId={id} />
    </Sheet>
  );
}

interface PickProps {
  label: string;
  button: string;
  options: readonly { id: string; text: string }[];
  busy: boolean;
  act(id: string): Promise<boolean>;
  testId: string;
}

/** Choose from a list, then do it: nothing happens by arrow keys alone. */
function Pick({ label, button, options, busy, act, testId }: PickProps) {
  const t = useFloorText();
  const [chosen, choose] = useState("");
  const there = options.some((one) => one.id === chosen) ? chosen : "";
  return (
    <div className={css.pick}>
      <Select label={label} value={there} options={[{ id: "", text: t("choose") }, ...options]} choose={choose} testId={testId} />
      <Button isPending={busy} isDisabled={!there} onPress={() => void act(there)} data-testid={`${testId}-do`}>
        {button}
      </Button>
    </div>
  );
}

function EndContact({ contactId }: { contactId: string }) {
  const t = useFloorText();
  const [reason, setReason] = useState("");
  const { give, busy } = useCommand();
  return (
    <div className={css.pick}>
      <Field label={t("end_reason")} value={reason} onChange={setReason} maxLength={500} testId="end-reason" />
      <Button
        look="end"
        isPending={busy}
        isDisabled={!reason.trim()}
        onPress={() => void give(() => floorApi.end(contactId, reason.trim()))}
        data-testid="end-do"
      >
        {t("end")}
      </Button>
    </div>
  );
}
