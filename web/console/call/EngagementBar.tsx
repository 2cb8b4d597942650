import { Phone, PhoneOff } from "lucide-react";
import type { Engagement } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { answerCall, hangUpPhone, usePhone } from "../softphone/phone.ts";
import type { SoftphoneCall } from "../softphone/softphone.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./CallBar.module.css";

/** A call of somebody else's: a colleague asks, or this supervisor listens. */
export function EngagementBar({ engagement, call }: { engagement: Engagement; call: SoftphoneCall | null }) {
  const t = useText();
  const { run, busy } = useAction();
  const rings = call?.state === "incoming";
  const mode = engagement.mode ?? "listen";
  const title =
    engagement.role === "supervise"
      ? t("guest.supervising", { mode: t(`guest.mode_${mode}`) })
      : t(rings ? "guest.asked_by" : "guest.consulted_by", { name: engagement.by });
  // at a telephone of their own, who was consulted leaves by putting it down
  const mayLeave = engagement.role === "supervise" || usePhone.getState().backend !== "telephone";
  const leave = () => {
    hangUpPhone();
    if (engagement.role === "supervise") void run(() => api.leaveSupervision(engagement.contact_id));
  };
  return (
    <div className={`${css.live} ${css.green}`} data-testid="engagement" data-role={engagement.role} role="status">
      <Phone size={16} aria-hidden="true" className={rings ? css.pulse : undefined} />
      <div className={css.who}>
        <b>{title}</b>
      </div>
      {rings && engagement.role === "consult" && (
        <Button round look="accept" onPress={answerCall} data-testid="engagement-answer">
          {t("guest.answer")}
        </Button>
      )}
      {mayLeave && (
        <Button round look="end" onPress={leave} isPending={busy} data-testid="engagement-leave">
          <PhoneOff size={16} aria-hidden="true" />
          {t(rings ? "guest.decline" : "guest.leave")}
        </Button>
      )}
    </div>
  );
}
