// The messages of the queues this agent serves, and what can be done with one.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../../shared/api/index.ts";
import type * as Api from "../../shared/api/index.ts";
import { phoneNumber } from "../../shared/format.ts";
import { queries } from "../session/session.ts";

const KEY = ["voicemails"];

/** No stream tells of voicemails; nobody waits on the line for one, so that a look now and then is enough. */
const LOOK_AGAIN_MS = 20_000;

/** The texts of this page. */
export function useVoicemailText() {
  return useTranslation("voicemails").t;
}

/** The messages that nobody has heard, or those that were. */
export function useVoicemails(isHeard: boolean) {
  return useQuery({
    queryKey: [...KEY, isHeard],
    queryFn: () =>
      call<Api.ListVoicemailsData, Api.ListVoicemailsResponse>("GET", "/api/v1/voicemails", {
        query: { is_heard: isHeard, limit: 200 },
      }),
    refetchInterval: LOOK_AGAIN_MS,
    staleTime: 0,
  });
}

/** Look at the lists again, after something was done. */
export function lookAgain(): Promise<void> {
  return queries.invalidateQueries({ queryKey: KEY });
}

export const voicemailApi = {
  listen: (contact_id: string) =>
    call<Api.ListenToVoicemailData, Api.ListenToVoicemailResponse>("POST", "/api/v1/voicemails/{contact_id}/listen", {
      path: { contact_id },
    }),

  heard: (contact_id: string) =>
    call<Api.MarkVoicemailHeardData, Api.MarkVoicemailHeardResponse>("POST", "/api/v1/voicemails/{contact_id}/heard", {
      path: { contact_id },
    }),

  callBack: (contact_id: string) =>
    call<Api.CallBackForVoicemailData, Api.CallBackForVoicemailResponse>(
      "POST",
      "/api/v1/voicemails/{contact_id}/callback",
      { path: { contact_id } },
    ),
};

/** Who left it, as far as that is known. */
export function whoLeft(voicemail: Api.VoicemailView): string | null {
  return voicemail.customer_name ?? (voicemail.from_address && phoneNumber(voicemail.from_address));
}
