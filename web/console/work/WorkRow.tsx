import { Clock, Phone, PhoneCall, PhoneIncoming, Timer } from "lucide-react";
import { Link } from "wouter";
import type { ContactView, OfferView } from "../../shared/api/index.ts";
import { clock, duration } from "../../shared/format.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { ChannelIcon } from "../contact/ChannelIcon.tsx";
import { isWritten, shownChannel } from "../conversation/channels.ts";
import { LastWords, WrittenLine } from "../conversation/WrittenRow.tsx";
import { addressWords } from "../customer/words.ts";
import { useElapsed, useRemaining } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import type { RecentContact } from "../store/state.ts";
import { useLocale, useText } from "../text.ts";
import css from "./WorkList.module.css";

interface NameProps {
  name: string | null | undefined;
  address: string | null;
  channel: string;
}

function useName({ name, address, channel }: NameProps): string {
  const t = useText();
  return name ?? addressWords(address, channel, t);
}

/** An offer; answered on its card. */
export function OfferRow({ offer, shown }: { offer: OfferView; shown: boolean }) {
  const t = useText();
  const locale = useLocale();
  const customer = offer.screen_pop.customer?.display_name;
  const name = useName({ name: customer, address: offer.from_address, channel: offer.channel });
  const left = useRemaining(offer.expires_at);
  const topic = offer.screen_pop.self_service.topic_label ?? offer.queue_name;
  return (
    <li className={css.row} data-shown={shown || undefined}>
      <Avatar name={customer ?? null} badge={<ChannelIcon channel={offer.channel} size={10} />} />
      <div className={css.text}>
        <b>{name}</b>
        <time dateTime={offer.waiting_since}>{clock(offer.waiting_since, locale)}</time>
        <p>{topic}</p>
        <p className={css.green}>
          <PhoneIncoming size={14} aria-hidden="true" />
          {offer.state === "accepting" || left === null
            ? t("offer.connecting")
            : t("work.answer_within", { time: duration(left) })}
        </p>
      </div>
    </li>
  );
}

/** A contact in the agent's hands. */
export function ContactRow({ contact, shown }: { contact: ContactView; shown: boolean }) {
  const locale = useLocale();
  const { customer, self_service: service } = contact.screen_pop;
  const name = useName({ name: customer?.display_name, address: contact.from_address, channel: contact.channel });
  const at = contact.accepted_at ?? contact.opened_at;
  const address = useServer((state) => state.threads[contact.contact_id]?.address ?? null);
  return (
    <li>
      <Link href={`/contacts/${contact.contact_id}`} className={css.row} aria-current={shown ? "true" : undefined}>
        <Avatar
          name={customer?.display_name ?? null}
          badge={<ChannelIcon channel={shownChannel(contact.channel, address)} size={10} />}
        />
        <div className={css.text}>
          <b>{name}</b>
          <time dateTime={at}>{clock(at, locale)}</time>
          {isWritten(contact.channel) ? (
            <LastWords contactId={contact.contact_id} fallback={service.topic_label ?? contact.queue_name} />
          ) : (
            <p>{service.topic_label ?? contact.queue_name}</p>
          )}
          {contact.state === "wrap_up" ? (
            <WrapUpLine contact={contact} />
          ) : isWritten(contact.channel) ? (
            <WrittenLine contactId={contact.contact_id} />
          ) : (
            <CallLine contact={contact} />
          )}
        </div>
      </Link>
    </li>
  );
}

function CallLine({ contact }: { contact: ContactView }) {
  const t = useText();
  const held = contact.call_state === "held";
  const elapsed = useElapsed(held ? contact.held_since : contact.accepted_at);
  const Icon = held ? Phone : PhoneCall;
  return (
    <p className={held ? css.amber : css.green}>
      <Icon size={14} aria-hidden="true" />
      {t(held ? "work.held" : "work.on_call", { time: duration(elapsed) })}
    </p>
  );
}

function WrapUpLine({ contact }: { contact: ContactView }) {
  const t = useText();
  const left = useRemaining(contact.wrap_up_until);
  return (
    <p className={css.violet}>
      <Timer size={14} aria-hidden="true" />
      {left === null ? t("standing.wrap_up") : t("work.wrap_up_left", { time: duration(left) })}
    </p>
  );
}

/** A finished contact of this shift. */
export function RecentRow({ recent, shown }: { recent: RecentContact; shown: boolean }) {
  const t = useText();
  const locale = useLocale();
  const name = useName({ name: recent.name, address: recent.address, channel: recent.channel });
  return (
    <li>
      <Link href={`/contacts/${recent.contactId}`} className={css.row} aria-current={shown ? "true" : undefined}>
        <Avatar name={recent.name} badge={<ChannelIcon channel={recent.channel} size={10} />} />
        <div className={css.text}>
          <b>{name}</b>
          <time dateTime={recent.endedAt}>{clock(recent.endedAt, locale)}</time>
          <p>
            {recent.topic ?? (
              <>
                <Clock size={12} aria-hidden="true" /> {t("work.finished")}
              </>
            )}
          </p>
        </div>
      </Link>
    </li>
  );
}
