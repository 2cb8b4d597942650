// One flow while somebody changes it: its draft here, at the service, and what is wrong with it.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useEffect, useState } from "react";
import { type FlowDefinition, type FlowView, Problem, type ProblemView } from "../../shared/api/index.ts";
import { problemWords } from "../problems.ts";
import { isSignedOut, queries, signedOut } from "../session/session.ts";
import { notify } from "../store/notices.ts";
import { useText } from "../text.ts";
import { flowApi } from "./api.ts";
import { type Flow, flowOf, isSame } from "./graph.ts";
import { type FlowMerge, merged } from "./merge.ts";

export interface FlowConflict {
  merge: FlowMerge;
  theirs: Flow;
  revision: number;
}

export interface FlowEditing {
  view: FlowView;
  flow: Flow;
  isChanged: boolean;
  isBusy: boolean;
  /** What the service finds wrong with what stands on the page. */
  problems: readonly ProblemView[];
  conflict: FlowConflict | null;
  canUndo: boolean;
  change(next: Flow): void;
  undo(): void;
  save(): Promise<FlowView | null>;
  publish(why: string): Promise<FlowView | null>;
  restore(version: number): Promise<FlowView | null>;
  settle(flow: Flow): void;
}

const MAX_UNDO = 100;

/** The state of the editor; `loaded` is what the service had when the page was opened. */
export function useFlow(loaded: FlowView): FlowEditing {
  const words = useText();
  const [view, setView] = useState(loaded);
  const [saved, setSaved] = useState(() => flowOf(loaded.draft));
  const [revision, setRevision] = useState(loaded.revision);
  const [past, setPast] = useState<readonly Flow[]>([]);
  const [flow, setFlow] = useState(saved);
  const [conflict, setConflict] = useState<FlowConflict | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isChanged = !isSame(flow, saved);
  const problems = useProblems(view, flow);
  useLeaveQuestion(isChanged);

  const took = useCallback((next: FlowView) => {
    setView(next);
    setSaved(flowOf(next.draft));
    setFlow(flowOf(next.draft));
    setRevision(next.revision);
    queries.setQueryData(["flow", next.flow_id], next);
    for (const key of ["flows", "flow-versions", "flow-changes"]) void queries.invalidateQueries({ queryKey: [key] });
  }, []);
  const refused = (error: unknown) => {
    if (isSignedOut(error)) return signedOut();
    if (error instanceof Problem && error.code === "flow_changed") {
      const theirs = flowOf(error.more["current"] as FlowDefinition);
      setConflict({ merge: merged(saved, flow, theirs), theirs, revision: Number(error.more["current_revision"]) });
    } else notify(problemWords(error, words));
  };
  const attempt = async (work: () => Promise<FlowView>): Promise<FlowView | null> => {
    setBusy(true);
    try {
      const next = await work();
      took(next);
      return next;
    } catch (error) {
      refused(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const save = () => attempt(() => flowApi.save(view.flow_id, revision, flow));
  const settledView = async () => (isChanged ? await save() : view);
  return {
    view,
    flow,
    isChanged,
    isBusy,
    problems,
    conflict,
    canUndo: past.length > 0,
    change: (next) => {
      setPast((before) => [...before.slice(-MAX_UNDO), flow]);
      setFlow(next);
    },
    undo: () => {
      const before = past.at(-1);
      if (!before) return;
      setPast(past.slice(0, -1));
      setFlow(before);
    },
    save,
    publish: async (why) => {
      const now = await settledView();
      return now && attempt(() => flowApi.publish(now.flow_id, now.revision, why));
    },
    restore: (version) => attempt(() => flowApi.restore(view.flow_id, version, revision)),
    settle: (next) => {
      if (!conflict) return;
      setSaved(conflict.theirs);
      setRevision(conflict.revision);
      setFlow(next);
      setConflict(null);
    },
  };
}

function useProblems(view: FlowView, flow: Flow): readonly ProblemView[] {
  const settled = useDeferredValue(flow);
  const [checked, setChecked] = useState(settled);
  useEffect(() => {
    const timer = setTimeout(() => setChecked(settled), 400);
    return () => clearTimeout(timer);
  }, [settled]);
  const { data } = useQuery({
    queryKey: ["flow-check", view.flow_id, checked],
    queryFn: ({ signal }) => flowApi.check(view.flow_id, checked, signal),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return data ?? view.problems;
}

function useLeaveQuestion(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);
}
