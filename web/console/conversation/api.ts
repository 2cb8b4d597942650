// The operations of conversations in writing.
import { call } from "../../shared/api/index.ts";
import type * as Api from "../../shared/api/index.ts";

const PAGE = 50;

export const conversationApi = {
  messages: (contact_id: string, before?: number) =>
    call<Api.ContactMessagesData, Api.ContactMessagesResponse>("GET", "/api/v1/contacts/{contact_id}/messages", {
      path: { contact_id },
      query: { before, limit: PAGE },
    }),

  send: (contact_id: string, body: Api.NewMessage) =>
    call<Api.SendMessageData, Api.SendMessageResponse>("POST", "/api/v1/contacts/{contact_id}/messages", {
      path: { contact_id },
      body,
    }),
};
