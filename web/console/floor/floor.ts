// What supervisors see and do, by the service's operations.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../../shared/api/index.ts";
import type * as Api from "../../shared/api/index.ts";
import { queries } from "../session/session.ts";

/** The texts of this page. */
export function useFloorText() {
  return useTranslation("floor").t;
}

export type FloorText = ReturnType<typeof useFloorText>;

const KEY = ["floor"];
const EACH_SECOND_MS = 1_000; // the service is asked no oftener, and by a page in view only
const NOW_AND_THEN_MS = 10_000;

/** The floor as of a second ago at most. */
export function useFloor() {
  return useQuery({
    queryKey: [...KEY, "now"],
    queryFn: ({ signal }) => call<Api.ReadFloorData, Api.ReadFloorResponse>("GET", "/api/v1/floor", { signal }),
    refetchInterval: EACH_SECOND_MS,
    staleTime: 0,
    retry: false,
  });
}

/** The newest alerts: open, or cleared. */
export function useAlerts(isOpen: boolean) {
  return useQuery({
    queryKey: [...KEY, "alerts", isOpen],
    queryFn: () =>
      call<Api.ListAlertsData, Api.ListAlertsResponse>("GET", "/api/v1/alerts", { query: { is_open: isOpen } }),
    refetchInterval: NOW_AND_THEN_MS,
    staleTime: 0,
  });
}

/** Callbacks: those to come, or those that are over. */
export function useCallbacks(ended: boolean) {
  return useQuery({
    queryKey: [...KEY, "callbacks", ended],
    queryFn: () =>
      call<Api.ListCallbacksData, Api.ListCallbacksResponse>("GET", "/api/v1/callbacks", { query: { ended } }),
    refetchInterval: NOW_AND_THEN_MS,
    staleTime: 0,
  });
}

/** Who left while waiting and was not reached since. */
export function useMissed() {
  return useQuery({
    queryKey: [...KEY, "missed"],
    queryFn: () => call<Api.ListMissedCallersData, Api.ListMissedCallersResponse>("GET", "/api/v1/missed-callers"),
    refetchInterval: NOW_AND_THEN_MS,
    staleTime: 0,
  });
}

/** Look again, after something was done. */
export function lookAgain(): Promise<void> {
  return queries.invalidateQueries({ queryKey: KEY });
}

const of = (contact_id: string) => ({ contact_id });

export const floorApi = {
  setPriority: (id: string, priority: number) =>
    call<Api.SetContactPriorityData, Api.SetContactPriorityResponse>("PUT", "/api/v1/contacts/{contact_id}/priority", {
      path: of(id),
      body: { priority },
    }),

  move: (id: string, queue_id: string) =>
    call<Api.MoveContactData, Api.MoveContactResponse>("PUT", "/api/v1/contacts/{contact_id}/queue", {
      path: of(id),
      body: { queue_id },
    }),

  assign: (id: string, agent_id: string) =>
    call<Api.AssignContactData, Api.AssignContactResponse>("PUT", "/api/v1/contacts/{contact_id}/agent", {
      path: of(id),
      body: { agent_id },
    }),

  unassign: (id: string) =>
    call<Api.UnassignContactData, Api.UnassignContactResponse>("DELETE", "/api/v1/contacts/{contact_id}/agent", {
      path: of(id),
    }),

  end: (id: string, reason: string) =>
    call<Api.EndContactData, Api.EndContactResponse>("POST", "/api/v1/contacts/{contact_id}/end", {
      path: of(id),
      body: { reason },
    }),

  supervise: (id: string, mode: Api.Supervision["mode"]) =>
    call<Api.SuperviseCallData, Api.SuperviseCallResponse>("PUT", "/api/v1/contacts/{contact_id}/supervision", {
      path: of(id),
      body: { mode },
    }),

  setPresence: (agent_id: string, body: Api.NewPresence) =>
    call<Api.SetAgentPresenceData, Api.SetAgentPresenceResponse>("PUT", "/api/v1/agents/{agent_id}/presence", {
      path: { agent_id },
      body,
    }),

  logOut: (agent_id: string) =>
    call<Api.LogAgentOutData, Api.LogAgentOutResponse>("POST", "/api/v1/agents/{agent_id}/log-out", {
      path: { agent_id },
    }),

  closeQueue: (queue_id: string) =>
    call<Api.CloseQueueData, Api.CloseQueueResponse>("POST", "/api/v1/queues/{queue_id}/close", { path: { queue_id } }),

  openQueue: (queue_id: string) =>
    call<Api.OpenQueueData, Api.OpenQueueResponse>("POST", "/api/v1/queues/{queue_id}/open", { path: { queue_id } }),

  clearAlert: (alert_id: string) =>
    call<Api.ClearAlertData, Api.ClearAlertResponse>("POST", "/api/v1/alerts/{alert_id}/clear", { path: { alert_id } }),

  cancelCallback: (callback_id: string) =>
    call<Api.CancelCallbackData, Api.CancelCallbackResponse>("POST", "/api/v1/callbacks/{callback_id}/cancel", {
      path: { callback_id },
    }),

  askCallback: (number: string, queue_id: string) =>
    call<Api.RequestCallbackData, Api.RequestCallbackResponse>("POST", "/api/v1/callbacks", {
      body: { number, queue_id, source: "agent" },
    }),
};
