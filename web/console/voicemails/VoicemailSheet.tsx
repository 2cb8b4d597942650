import { Check, PhoneForwarded } from "lucide-react";
import type { VoicemailView } from "../../shared/api/index.ts";
import { phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Nothing } from "../../shared/ui/Feedback.tsx";
import { Tag } from "../../shared/ui/Tag.tsx";
import { whenWords } from "../customer/words.ts";
import { Fact, Facts, Sheet } from "../page/Sheet.tsx";
import { Player } from "../player/Player.tsx";
import { notify } from "../store/notices.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { lookAgain, useVoicemailText, voicemailApi, whoLeft } from "./voicemails.ts";

interface VoicemailSheetProps {
  voicemail: VoicemailView;
  close(): void;
}

/** One message: listen, mark it as heard, have its caller called back. */
export function VoicemailSheet({ voicemail, close }: VoicemailSheetProps) {
  const t = useVoicemailText();
  const words = useText();
  const locale = useLocale();
  const now = useNow();
  const { run, busy } = useAction();
  const who = whoLeft(voicemail) ?? t("withheld");
  const act = async (work: (id: string) => Promise<VoicemailView>, said: string) => {
    if (!(await run(() => work(voicemail.contact_id)))) return;
    notify(said); // the message moves to the other list, and this sheet goes with it
    await lookAgain();
  };
  return (
    <Sheet
      title={who}
      close={close}
      testId="voicemail"
      foot={
        <>
          {voicemail.callback_id ? (
            <Tag tone="green">{t("callback_asked")}</Tag>
          ) : (
            voicemail.from_address && (
              <Button look="primary" isPending={busy} onPress={() => void act(voicemailApi.callBack, t("callback_asked_of", { who }))} data-testid="call-back">
                <PhoneForwarded size={16} aria-hidden="true" />
                {t("call_back")}
              </Button>
            )
          )}
          {!voicemail.heard_at && (
            <Button isPending={busy} onPress={() => void act(voicemailApi.heard, t("now_heard"))} data-testid="mark-heard">
              <Check size={16} aria-hidden="true" />
              {t("mark_heard")}
            </Button>
          )}
        </>
      }
    >
      {voicemail.has_sound ? (
        <Player
          label={t("message_of", { who })}
          address={() => run(() => voicemailApi.listen(voicemail.contact_id))}
          seconds={voicemail.seconds}
        />
      ) : (
        <Nothing>{voicemail.heard_at ? t("gone") : t("no_sound")}</Nothing>
      )}
      <Facts>
        {voicemail.customer_name && voicemail.from_address && (
          <Fact name={t("number")}>{phoneNumber(voicemail.from_address)}</Fact>
        )}
        <Fact name={t("left")}>{whenWords(voicemail.left_at, words, locale, now)}</Fact>
        {voicemail.queue_name && <Fact name={t("queue")}>{voicemail.queue_name}</Fact>}
        {voicemail.topic && <Fact name={t("topic")}>{voicemail.topic}</Fact>}
        {voicemail.heard_by && <Fact name={t("state")}>{t("heard_by", { agent: voicemail.heard_by })}</Fact>}
      </Facts>
    </Sheet>
  );
}
