// Two authors changed the same flow: nodes and settings that only one of them changed come together. Pure.
import { type Flow, type FlowNode, isSame } from "./graph.ts";

/** A node, or a setting of the flow, that both changed, and differently. */
export interface FlowClash {
  id: string;
  isNode: boolean;
}

export interface FlowMerge {
  /** With all changes that do not clash; what clashes is mine. */
  flow: Flow;
  clashes: FlowClash[];
  taken: string[];
}

const SETTINGS_ASIDE = ["nodes", "key", "version"];

/** Bring two changes together that were made from `base`. */
export function merged(base: Flow, mine: Flow, theirs: Flow): FlowMerge {
  const clashes: FlowClash[] = [];
  const taken: string[] = [];
  const settle = <T>(id: string, isNode: boolean, was: T, my: T, their: T): T => {
    if (isSame(was, their) || isSame(my, their)) return my;
    if (isSame(was, my)) {
      taken.push(id);
      return their;
    }
    clashes.push({ id, isNode });
    return my;
  };
  const [before, mineNow, theirsNow] = [base, mine, theirs].map((flow) => new Map(flow.nodes.map((node) => [node.id, node])));
  const ids = [...new Set([...theirs.nodes, ...mine.nodes].map(({ id }) => id))];
  const nodes = ids
    .map((id) => settle(id, true, before?.get(id), mineNow?.get(id), theirsNow?.get(id)))
    .filter((node): node is FlowNode => node !== undefined);
  const flow: Record<string, unknown> = { ...mine };
  for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs)]))
    if (!SETTINGS_ASIDE.includes(name))
      flow[name] = settle<unknown>(name, false, base[name as keyof Flow], mine[name as keyof Flow], theirs[name as keyof Flow]);
  return { flow: { ...(flow as unknown as Flow), nodes }, clashes, taken };
}

/** The merged flow with theirs in place of mine where that was chosen. */
export function settled(merge: FlowMerge, theirs: Flow, chosen: ReadonlySet<string>): Flow {
  return merge.clashes
    .filter(({ id }) => chosen.has(id))
    .reduce((flow, { id, isNode }) => {
      if (!isNode) return { ...flow, [id]: theirs[id as keyof Flow] };
      const their = theirs.nodes.find((node) => node.id === id);
      const others = flow.nodes.filter((node) => node.id !== id);
      return { ...flow, nodes: their ? [...others, their] : others };
    }, merge.flow);
}
