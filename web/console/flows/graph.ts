// A flow document as the editor changes it. Pure: every change gives a new document. Kinds of nodes and fields that this
// page does not know are kept as they are, and their links are found by what they hold.
import type { FlowDefinition } from "../../shared/api/index.ts";
import type { Locale } from "../../shared/i18n/locales.ts";

export type Words = Partial<Record<Locale, string>>;

export interface FlowNode {
  id: string;
  kind: string;
  name?: string;
  position?: { x: number; y: number } | null;
  [field: string]: unknown;
}

export type Flow = Omit<FlowDefinition, "nodes"> & { nodes: FlowNode[] };

/** One way out of a node: the field that holds it, as the service names it, and where it leads. */
export interface Exit {
  field: string;
  target: string | null;
  /** Of a menu: the key and the label of the choice. */
  option?: { key: string; label: Words };
  /** Of a branch: what the value is compared with. */
  equals?: string;
}

interface Option {
  key?: string;
  label?: Words;
  equals?: string;
  next?: string | null;
}

const LINKS = ["next", "open", "closed", "found", "unsure", "none", "yes", "no", "failed", "silence", "otherwise"];
const NO_LINKS = ["id", "kind", "name", "topic", "queue", "outcome", "position", "value", "what", "method", "url"];
const LISTS = ["options", "cases"];

/** A document of the service as the editor holds it. */
export const flowOf = (definition: FlowDefinition) => definition as unknown as Flow;

const isOption = (value: unknown): value is Option => typeof value === "object" && value !== null && "next" in value;

/** Every way out of a node, also those that lead nowhere yet. */
export function exitsOf(node: FlowNode, flow: Flow): Exit[] {
  const ids = new Set(flow.nodes.map(({ id }) => id));
  const isLink = ([field, value]: [string, unknown]) =>
    (LINKS.includes(field) && (value === null || typeof value === "string")) ||
    (!NO_LINKS.includes(field) && typeof value === "string" && ids.has(value));
  const chosen = LISTS.flatMap((list) =>
    ((node[list] as unknown[] | undefined) ?? []).filter(isOption).map((one, at) => ({
      field: `${list}.${at}.next`,
      target: one.next ?? null,
      ...(one.key === undefined ? { equals: one.equals ?? "" } : { option: { key: one.key, label: one.label ?? {} } }),
    })),
  );
  const named = Object.entries(node)
    .filter(isLink)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([field, value]) => ({ field, target: value as string | null }));
  return [...chosen, ...named];
}

function place(field: string): number {
  const at = LINKS.indexOf(field);
  return at < 0 ? LINKS.length : at;
}

/** The value of a field, named as the service names it: `options.2.label`, `prompt.zh-Hant`. */
export function valueAt(of: unknown, field: string): unknown {
  return field.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], of);
}

/** The same with another value in a field; undefined takes the field away. */
export function withValue<T>(of: T, field: string, value: unknown): T {
  const [first = "", ...rest] = field.split(".");
  const inner = rest.length > 0 ? withValue((of as Record<string, unknown> | null)?.[first] ?? {}, rest.join("."), value) : value;
  if (Array.isArray(of)) return of.map((one, at) => (String(at) === first ? inner : one)) as T;
  const copy = { ...(of as Record<string, unknown>), [first]: inner };
  if (inner === undefined) delete copy[first];
  return copy as T;
}

/** The flow with one node changed. */
export function changed(flow: Flow, id: string, change: (node: FlowNode) => FlowNode): Flow {
  return { ...flow, nodes: flow.nodes.map((node) => (node.id === id ? change(node) : node)) };
}

/** The ids of all nodes as a caller meets them, the start first; what nobody can reach comes last. */
export function walked(flow: Flow): { id: string; depth: number; isReached: boolean }[] {
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const seen = new Map<string, { id: string; depth: number; isReached: boolean }>();
  const visit = (id: string, depth: number) => {
    const node = byId.get(id);
    if (!node || seen.has(id)) return;
    seen.set(id, { id, depth, isReached: true });
    for (const { target } of exitsOf(node, flow)) if (target) visit(target, depth + 1);
  };
  visit(flow.start, 0);
  visit(flow.human, 0); // key 0 leads there from everywhere
  for (const { id } of flow.nodes) if (!seen.has(id)) seen.set(id, { id, depth: 0, isReached: false });
  return [...seen.values()];
}

/** The nodes that lead to a node. */
export function comingFrom(flow: Flow, id: string): string[] {
  return flow.nodes.filter((node) => exitsOf(node, flow).some(({ target }) => target === id)).map((node) => node.id);
}

/** An id that is not taken: the kind with a number. */
export function freeId(flow: Flow, kind: string): string {
  const taken = new Set(flow.nodes.map(({ id }) => id));
  for (let number = 1; ; number++) if (!taken.has(`${kind}_${number}`)) return `${kind}_${number}`;
}

/** The flow with a new node behind another: on its `next` way where it has one, else on its first that leads nowhere. */
export function inserted(flow: Flow, node: FlowNode, behind: string | null): Flow {
  const before = flow.nodes.find(({ id }) => id === behind);
  const grown = { ...flow, nodes: [...flow.nodes, node] };
  if (!before) return grown;
  const exits = exitsOf(before, flow);
  const way = exits.find(({ field }) => field === "next") ?? exits.find(({ target }) => target === null);
  if (!way) return grown;
  const linked = changed(grown, before.id, (one) => withValue(one, way.field, node.id));
  const on = exitsOf(node, grown).find(({ field }) => field === "next");
  return on && way.target ? changed(linked, node.id, (one) => withValue(one, on.field, way.target)) : linked;
}

/** The flow without a node; ways that led to it lead where its own `next` led, or nowhere. */
export function removed(flow: Flow, id: string): Flow {
  const gone = flow.nodes.find((node) => node.id === id);
  const next = gone && exitsOf(gone, flow).find(({ field }) => field === "next")?.target;
  const heir = next === id ? null : (next ?? null);
  const nodes = flow.nodes
    .filter((node) => node.id !== id)
    .map((node) =>
      exitsOf(node, flow).reduce((one, exit) => (exit.target === id ? withValue(one, exit.field, heir) : one), node),
    );
  return { ...flow, nodes };
}

const COLUMN = 260;
const GAP = 28;

/** How high a node is drawn. */
export const heightOf = (node: FlowNode, flow: Flow) => 42 + 20 * exitsOf(node, flow).length;

/** Where each node is drawn: where its author put it, else in columns by its distance from the start. */
export function placed(flow: Flow): Map<string, { x: number; y: number }> {
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const distance = new Map<string, number>([[flow.start, 0]]);
  const waiting = [flow.start];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const node = byId.get(id);
    for (const { target } of node ? exitsOf(node, flow) : [])
      if (target && byId.has(target) && !distance.has(target)) {
        distance.set(target, (distance.get(id) ?? 0) + 1);
        waiting.push(target);
      }
  }
  const below = new Map<number, number>();
  const places = new Map<string, { x: number; y: number }>();
  for (const node of flow.nodes) {
    const column = distance.get(node.id) ?? 0;
    const y = below.get(column) ?? (distance.has(node.id) ? 0 : 400);
    below.set(column, y + heightOf(node, flow) + GAP);
    places.set(node.id, node.position ?? { x: column * COLUMN, y });
  }
  return places;
}

/** Two states that say the same, whoever wrote their fields down first. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
