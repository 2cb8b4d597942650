// The service's operations that the console uses, by name. Addresses, arguments and answers are those of the
// OpenAPI document: a change there that this file does not follow is an error of the compiler.
import { call } from "../shared/api/index.ts";
import type * as Api from "../shared/api/index.ts";

export type CallControl = "hold" | "resume" | "hang-up";

/** Whose timeline: the customer's, or the contact's alone while the customer is unknown. */
export interface TimelineOwner {
  kind: "customer" | "contact";
  id: string;
}

const PAGE = 50;

export const api = {
  me: () => call<Api.GetSessionData, Api.GetSessionResponse>("GET", "/api/v1/session"),

  signIn: (body: Api.SignIn) => call<Api.SignInData, Api.SignInResponse>("POST", "/api/v1/session", { body }),

  signOut: () => call<Api.SignOutData, Api.SignOutResponse>("DELETE", "/api/v1/session"),

  socketTicket: () =>
    call<Api.SocketTicketData, Api.SocketTicketResponse>("POST", "/api/v1/session/socket-ticket"),

  softphoneToken: () =>
    call<Api.SoftphoneTokenData, Api.SoftphoneTokenResponse>("POST", "/api/v1/session/softphone-token"),

  setPresence: (body: Api.PresenceChange) =>
    call<Api.SetPresenceData, Api.SetPresenceResponse>("PUT", "/api/v1/agents/me/presence", { body }),

  acceptOffer: (offer_id: string) =>
    call<Api.AcceptOfferData, Api.AcceptOfferResponse>("POST", "/api/v1/offers/{offer_id}/accept", {
      path: { offer_id },
    }),

  rejectOffer: (offer_id: string) =>
    call<Api.RejectOfferData, Api.RejectOfferResponse>("POST", "/api/v1/offers/{offer_id}/reject", {
      path: { offer_id },
    }),

  contact: (contact_id: string) =>
    call<Api.GetContactData, Api.GetContactResponse>("GET", "/api/v1/contacts/{contact_id}", { path: { contact_id } }),

  control: (contact_id: string, control: CallControl) => {
    const path = { contact_id };
    switch (control) {
      case "hold":
        return call<Api.HoldData, Api.HoldResponse>("POST", "/api/v1/contacts/{contact_id}/hold", { path });
      case "resume":
        return call<Api.ResumeData, Api.ResumeResponse>("POST", "/api/v1/contacts/{contact_id}/resume", { path });
      case "hang-up":
        return call<Api.HangUpData, Api.HangUpResponse>("POST", "/api/v1/contacts/{contact_id}/hang-up", { path });
    }
  },

  transferTargets: () =>
    call<Api.TransferTargetsData, Api.TransferTargetsResponse>("GET", "/api/v1/transfer-targets"),

  transfer: (contact_id: string, body: Api.TransferContactData["body"]) =>
    call<Api.TransferContactData, Api.TransferContactResponse>("POST", "/api/v1/contacts/{contact_id}/transfer", {
      path: { contact_id },
      body,
    }),

  consult: (contact_id: string, body: Api.ConsultData["body"]) =>
    call<Api.ConsultData, Api.ConsultResponse>("POST", "/api/v1/contacts/{contact_id}/consult", {
      path: { contact_id },
      body,
    }),

  focusOn: (contact_id: string, focus: Api.NewFocus["focus"]) =>
    call<Api.FocusOnData, Api.FocusOnResponse>("PUT", "/api/v1/contacts/{contact_id}/consult/focus", {
      path: { contact_id },
      body: { focus },
    }),

  completeConsult: (contact_id: string) =>
    call<Api.CompleteConsultData, Api.CompleteConsultResponse>(
      "POST",
      "/api/v1/contacts/{contact_id}/consult/complete",
      { path: { contact_id } },
    ),

  cancelConsult: (contact_id: string) =>
    call<Api.CancelConsultData, Api.CancelConsultResponse>("POST", "/api/v1/contacts/{contact_id}/consult/cancel", {
      path: { contact_id },
    }),

  dial: (body: Api.NewDial) => call<Api.DialData, Api.DialResponse>("POST", "/api/v1/dial", { body }),

  pauseRecording: (contact_id: string) =>
    call<Api.PauseRecordingData, unknown>("POST", "/api/v1/contacts/{contact_id}/recording/pause", {
      path: { contact_id },
    }),

  resumeRecording: (contact_id: string) =>
    call<Api.ResumeRecordingData, unknown>("POST", "/api/v1/contacts/{contact_id}/recording/resume", {
      path: { contact_id },
    }),

  listenToRecording: (recording_id: string) =>
    call<Api.ListenToRecordingData, Api.ListenToRecordingResponse>("POST", "/api/v1/recordings/{recording_id}/listen", {
      path: { recording_id },
    }),

  listenToVoicemail: (contact_id: string) =>
    call<Api.ListenToVoicemailData, Api.ListenToVoicemailResponse>("POST", "/api/v1/voicemails/{contact_id}/listen", {
      path: { contact_id },
    }),

  rejoin: (contact_id: string) =>
    call<Api.RejoinCallData, Api.RejoinCallResponse>("POST", "/api/v1/contacts/{contact_id}/rejoin", {
      path: { contact_id },
    }),

  leaveSupervision: (contact_id: string) =>
    call<Api.EndSupervisionData, Api.EndSupervisionResponse>("DELETE", "/api/v1/contacts/{contact_id}/supervision", {
      path: { contact_id },
    }),

  addNote: (contact_id: string, body: Api.NewNote) =>
    call<Api.AddNoteData, Api.AddNoteResponse>("POST", "/api/v1/contacts/{contact_id}/notes", {
      path: { contact_id },
      body,
    }),

  wrapUp: (contact_id: string, body: Api.WrapUp) =>
    call<Api.CompleteWrapUpData, Api.CompleteWrapUpResponse>("POST", "/api/v1/contacts/{contact_id}/wrap-up", {
      path: { contact_id },
      body,
    }),

  moreWrapUp: (contact_id: string) =>
    call<Api.ExtendWrapUpData, Api.ExtendWrapUpResponse>("POST", "/api/v1/contacts/{contact_id}/wrap-up/extend", {
      path: { contact_id },
    }),

  chooseCustomer: (contact_id: string, customer_id: string | null) =>
    call<Api.ChooseCustomerData, Api.ChooseCustomerResponse>("POST", "/api/v1/contacts/{contact_id}/customer", {
      path: { contact_id },
      body: { customer_id },
    }),

  timeline: ({ kind, id }: TimelineOwner, before?: string): Promise<Api.TimelinePage> => {
    const query = { before, limit: PAGE };
    return kind === "customer"
      ? call<Api.CustomerTimelineData, Api.CustomerTimelineResponse>(
          "GET",
          "/api/v1/customers/{customer_id}/timeline",
          { path: { customer_id: id }, query },
        )
      : call<Api.ContactTimelineData, Api.ContactTimelineResponse>("GET", "/api/v1/contacts/{contact_id}/timeline", {
          path: { contact_id: id },
          query,
        });
  },

  searchFaq: (query: Api.FaqSearchData["query"], signal: AbortSignal) =>
    call<Api.FaqSearchData, Api.FaqSearchResponse>("GET", "/api/v1/faq/search", { query, signal }),

  faqUsed: (body: Api.FaqUse) => call<Api.FaqUseData, Api.FaqUseResponse>("POST", "/api/v1/faq/uses", { body }),
};
