// The service's operations on flows, by name.
import { call } from "../../shared/api/index.ts";
import type * as Api from "../../shared/api/index.ts";
import type { Flow } from "./graph.ts";

const path = (flow_id: string) => ({ path: { flow_id } });
const definition = (flow: Flow) => flow as unknown as Api.FlowDefinition;

export const flowApi = {
  list: () => call<Api.ListFlowsData, Api.ListFlowsResponse>("GET", "/api/v1/flows"),

  get: (id: string) => call<Api.GetFlowData, Api.GetFlowResponse>("GET", "/api/v1/flows/{flow_id}", path(id)),

  create: (flow_id: string, key: string, flow: Flow) =>
    call<Api.CreateFlowData, Api.CreateFlowResponse>("POST", "/api/v1/flows", {
      body: { flow_id, key, definition: definition(flow) },
    }),

  save: (id: string, base_revision: number, flow: Flow) =>
    call<Api.SaveFlowDraftData, Api.SaveFlowDraftResponse>("PUT", "/api/v1/flows/{flow_id}/draft", {
      ...path(id),
      body: { base_revision, definition: definition(flow) },
    }),

  check: (id: string, flow: Flow, signal: AbortSignal) =>
    call<Api.CheckFlowData, Api.CheckFlowResponse>("POST", "/api/v1/flows/{flow_id}/check", {
      ...path(id),
      body: { definition: definition(flow) },
      signal,
    }),

  publish: (id: string, base_revision: number, why: string) =>
    call<Api.PublishFlowData, Api.PublishFlowResponse>("POST", "/api/v1/flows/{flow_id}/publish", {
      ...path(id),
      body: { base_revision, why },
    }),

  versions: (id: string) =>
    call<Api.ListFlowVersionsData, Api.ListFlowVersionsResponse>("GET", "/api/v1/flows/{flow_id}/versions", path(id)),

  compare: (id: string, before: number, after: number | undefined) =>
    call<Api.CompareFlowVersionsData, Api.CompareFlowVersionsResponse>("GET", "/api/v1/flows/{flow_id}/compare", {
      ...path(id),
      query: { before, after },
    }),

  restore: (id: string, version: number, base_revision: number) =>
    call<Api.RestoreFlowData, Api.RestoreFlowResponse>("POST", "/api/v1/flows/{flow_id}/restore", {
      ...path(id),
      body: { version, base_revision },
    }),

  uses: (id: string) =>
    call<Api.ListFlowUsesData, Api.ListFlowUsesResponse>("GET", "/api/v1/flows/{flow_id}/uses", path(id)),

  turn: (id: string, flow: Flow, body: Omit<Api.TrialTurn, "definition">) =>
    call<Api.TryFlowData, Api.TryFlowResponse>("POST", "/api/v1/flows/{flow_id}/trial", {
      ...path(id),
      body: { ...body, definition: definition(flow) },
    }),

  queues: () => call<Api.ListQueuesData, Api.ListQueuesResponse>("GET", "/api/v1/queues"),
};
