import { describe, expect, it } from "vitest";
import { changed, exitsOf, type Flow, type FlowNode, inserted, isSame, placed, removed, valueAt, walked, withValue } from "./graph.ts";
import { merged, settled } from "./merge.ts";

const NODES: FlowNode[] = [
  { id: "hello", kind: "greeting", next: "menu" },
  {
    id: "menu",
    kind: "menu",
    prompt: { en: "Press" },
    options: [
      { key: "1", label: { en: "Orders" }, next: "people" },
      { key: "2", label: { en: "Sorry" }, next: null },
    ],
    otherwise: "people",
  },
  { id: "people", kind: "queue", queue: "orders", closed: null },
  { id: "lost", kind: "fax", sent: "people", topic: "people" },
];
const flow = { key: "main", version: 1, start: "hello", human: "people", nodes: NODES } as unknown as Flow;
const ways = (of: Flow, id: string) => exitsOf(of.nodes.find((node) => node.id === id) as FlowNode, of).map(({ field, target }) => [field, target]);

describe("the ways out of a node", () => {
  it("are its choices, then its other links, also those that lead nowhere", () => {
    expect(ways(flow, "menu")).toEqual([
      ["options.0.next", "people"],
      ["options.1.next", null],
      ["otherwise", "people"],
    ]);
  });

  it("are found in kinds the page does not know; a topic is no way", () => {
    expect(ways(flow, "lost")).toEqual([["sent", "people"]]);
  });
});

describe("a change", () => {
  it("of a field deep inside leaves the rest as it was", () => {
    const next = changed(flow, "menu", (node) => withValue(node, "options.1.next", "hello"));
    expect(valueAt(next.nodes[1], "options.1.next")).toBe("hello");
    expect(valueAt(next.nodes[1], "options.1.key")).toBe("2");
    expect(next.nodes[0]).toBe(flow.nodes[0]);
    expect(valueAt(flow.nodes[1], "options.1.next")).toBe(null);
  });

  it("puts a new node between two", () => {
    const next = inserted(flow, { id: "say_1", kind: "say", prompt: {}, next: null }, "hello");
    expect(ways(next, "hello")).toEqual([["next", "say_1"]]);
    expect(ways(next, "say_1")).toEqual([["next", "menu"]]);
  });

  it("hangs a new node on the first way that leads nowhere", () => {
    const next = inserted(flow, { id: "say_1", kind: "say", prompt: {}, next: null }, "menu");
    expect(ways(next, "menu")[1]).toEqual(["options.1.next", "say_1"]);
  });

  it("that takes a node away leads its callers on", () => {
    const grown = inserted(flow, { id: "say_1", kind: "say", prompt: {}, next: null }, "hello");
    expect(isSame(removed(grown, "say_1"), flow)).toBe(true);
    expect(ways(removed(flow, "people"), "menu").map(([, target]) => target)).toEqual([null, null, null]);
  });
});

it("is walked from the start, and what nobody reaches comes last", () => {
  expect(walked(flow).map(({ id, isReached }) => [id, isReached])).toEqual([
    ["hello", true],
    ["menu", true],
    ["people", true],
    ["lost", false],
  ]);
});

it("is drawn in columns, and where its author put a node", () => {
  const moved = changed(flow, "menu", (node) => ({ ...node, position: { x: 7, y: 9 } }));
  expect(placed(moved).get("menu")).toEqual({ x: 7, y: 9 });
  expect(placed(flow).get("people")?.x).toBeGreaterThan(placed(flow).get("menu")?.x ?? 0);
});

describe("two authors", () => {
  const mine = changed(flow, "hello", (node) => ({ ...node, name: "Mine" }));

  it("keep what each changed alone", () => {
    const theirs = removed(inserted(flow, { id: "bye", kind: "close" }, null), "lost");
    const merge = merged(flow, mine, theirs);
    expect(merge.clashes).toEqual([]);
    expect(merge.taken.sort()).toEqual(["bye", "lost"]);
    expect(merge.flow.nodes.map(({ id, name }) => name ?? id).sort()).toEqual(["Mine", "bye", "menu", "people"]);
  });

  it("choose where both changed the same node", () => {
    const theirs = changed(flow, "hello", (node) => ({ ...node, name: "Theirs" }));
    const merge = merged(flow, mine, theirs);
    expect(merge.clashes).toEqual([{ id: "hello", isNode: true }]);
    expect(merge.flow.nodes[0]?.name).toBe("Mine");
    expect(settled(merge, theirs, new Set(["hello"])).nodes.find(({ id }) => id === "hello")?.name).toBe("Theirs");
  });
});
