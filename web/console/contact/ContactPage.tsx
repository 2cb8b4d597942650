import type { OfferView } from "../../shared/api/index.ts";
import { isCall, isWritten, shownChannel } from "../conversation/channels.ts";
import { WrittenBody } from "../conversation/WrittenBody.tsx";
import { WrittenActions } from "../conversation/WrittenActions.tsx";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { addressWords, channelWords, outcomeWords } from "../customer/words.ts";
import { CallButton } from "../dial/CallButton.tsx";
import { ComingActions, ComingState } from "../offer/Coming.tsx";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import css from "./ContactPage.module.css";
import { NoteComposer } from "./NoteComposer.tsx";
import { OrderCard } from "./OrderCard.tsx";
import { PathCard } from "./PathCard.tsx";
import type { Stage, Subject } from "./subject.ts";
import { SummaryLine } from "./SummaryLine.tsx";
import { Timeline } from "./Timeline.tsx";

interface ContactPageProps {
  contact: Subject;
  stage: Stage;
  /** The offer to answer, while the contact is not accepted. */
  offer: OfferView | null;
}

/** One contact: how it got here, the matched order, and the customer's timeline; notes are internal. */
export function ContactPage({ contact, stage, offer }: ContactPageProps) {
  const t = useText();
  const { customer, orders, self_service: service } = contact.screen_pop;
  const order = orders[0];
  const history = (
    <div className={css.scroll} tabIndex={0} role="group" aria-label={t("timeline.area")}>
      <div className={css.cards}>
        {order && <OrderCard order={order} before={orders[1]} lang={customer?.language} />}
        <PathCard contact={contact} waiting={stage === "offered"} />
      </div>
      <Timeline contact={contact} />
    </div>
  );
  return (
    <>
      <Head contact={contact} stage={stage} offer={offer} />
      <SummaryLine service={service} lang={customer?.language} />
      {contact.command_error && <Failure>{t("call.command_failed", { reason: contact.command_error })}</Failure>}
      {isWritten(contact.channel) ? (
        <WrittenBody contact={contact} stage={stage} history={history} />
      ) : (
        <>
          {history}
          {stage === "mine" && <NoteComposer contactId={contact.contact_id} />}
        </>
      )}
    </>
  );
}

function Head({ contact, stage, offer }: ContactPageProps) {
  const t = useText();
  const { customer } = contact.screen_pop;
  const channel = shownChannel(contact.channel, useServer((state) => state.threads[contact.contact_id]?.address ?? null));
  const number = addressWords(contact.from_address, contact.channel, t);
  const words = [
    channelWords(channel, t),
    contact.queue_name,
    customer ? number : null,
    stage === "finished" ? outcomeWords(contact.outcome, t) : null,
  ];
  return (
    <header className={offer ? `${css.head} ${css.ringing}` : css.head}>
      <Avatar
        name={customer?.display_name ?? null}
        size="large"
        badge={<ChannelIcon channel={channel} size={10} />}
      />
      <div className={css.title}>
        <h1>{customer?.display_name ?? number}</h1>
        {offer ? (
          <ComingState offer={offer} />
        ) : (
          <p>
            <ChannelIcon channel={channel} />
            {words.filter(Boolean).join(" · ")}
          </p>
        )}
      </div>
      {offer && <ComingActions offer={offer} />}
      {stage === "finished" && contact.from_address && (
        <div className={css.actions}>
          <CallButton target={{ contact_id: contact.contact_id }} words={t("dial.call")} />
        </div>
      )}
      {stage === "mine" && !isCall(contact.channel) && <WrittenActions contactId={contact.contact_id} />}
    </header>
  );
}
