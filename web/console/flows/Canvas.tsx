import "@xyflow/react/dist/base.css";
import {
  Background, BackgroundVariant, type Connection, Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow,
} from "@xyflow/react"; // prettier-ignore
import { useEffect, useMemo, useState } from "react";
import { useLocale } from "../text.ts";
import css from "./Flows.module.css";
import theme from "./Canvas.module.css";
import { changed, exitsOf, type FlowNode, placed, withValue } from "./graph.ts";
import { iconOf } from "./kinds.ts";
import { exitName, nodeName, summary } from "./names.ts";
import type { ShownProps } from "./Outline.tsx";
import { useFlowText } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";

interface Drawn extends Record<string, unknown> {
  node: FlowNode;
  editing: FlowEditing;
  isLive: boolean;
  isFaulty: boolean;
}

const TYPES = { step: StepNode };

/** The whole flow as a picture: drag to move, draw from a way out to a step to link them. The outline can do the same. */
export function Canvas({ editing, place, choose, remove }: ShownProps) {
  const t = useFlowText();
  const { flow, problems, change } = editing;
  const drawn = useMemo(() => nodesOf(editing, place.chosen, place.live, t), [flow, problems, place.chosen, place.live, t]);
  const [nodes, setNodes] = useState(drawn);
  useEffect(() => setNodes(drawn), [drawn]);
  const edges = useMemo(() => edgesOf(editing), [flow]);
  const link = ({ source, sourceHandle, target }: Connection) => {
    if (remove && sourceHandle) change(changed(flow, source, (node) => withValue(node, sourceHandle, target)));
  };
  const unlink = (gone: Edge[]) =>
    remove && change(gone.reduce((next, { source, sourceHandle }) => changed(next, source, (node) => withValue(node, sourceHandle ?? "", null)), flow));
  return (
    <div className={css.canvas} data-testid="canvas">
      <ReactFlow
        className={theme.flow}
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        nodesConnectable={remove !== null}
        nodesDraggable={remove !== null}
        onNodesChange={(changes) =>
          setNodes((now) =>
            now.map((node) => {
              const moved = changes.find((one) => one.type === "position" && one.id === node.id);
              return moved?.type === "position" && moved.position ? { ...node, position: moved.position } : node;
            }),
          )
        }
        onNodeDragStop={(_, node) => {
          const position = { x: Math.round(node.position.x), y: Math.round(node.position.y) };
          change(changed(flow, node.id, (one) => ({ ...one, position })));
        }}
        onNodeClick={(_, node) => choose(node.id)}
        onSelectionChange={({ nodes: chosen }) => chosen[0] && chosen[0].id !== place.chosen && choose(chosen[0].id)}
        onConnect={link}
        onEdgesDelete={unlink}
        onNodesDelete={(gone) => gone.forEach(({ id }) => remove?.(id))}
        deleteKeyCode={remove ? ["Delete"] : null}
        ariaLabelConfig={{
          "node.a11yDescription.default": t("canvas_keys"),
          "edge.a11yDescription.default": t("canvas_edge_keys"),
          "controls.ariaLabel": t("controls"),
          "controls.zoomIn.ariaLabel": t("zoom_in"),
          "controls.zoomOut.ariaLabel": t("zoom_out"),
          "controls.fitView.ariaLabel": t("fit"),
          "handle.ariaLabel": t("handle"),
        }}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        minZoom={0.2}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function nodesOf(editing: FlowEditing, chosen: string | null, live: string | null, t: ReturnType<typeof useFlowText>): Node<Drawn>[] {
  const { flow, problems } = editing;
  const places = placed(flow);
  const faulty = new Set(problems.filter(({ severity }) => severity === "error").map(({ node }) => node));
  return flow.nodes.map((node) => ({
    id: node.id,
    type: "step",
    position: places.get(node.id) ?? { x: 0, y: 0 },
    data: { node, editing, isLive: node.id === live, isFaulty: faulty.has(node.id) },
    selected: node.id === chosen,
    deletable: node.id !== flow.start && node.id !== flow.human,
    ariaLabel: nodeName(node, t),
  }));
}

function edgesOf({ flow }: FlowEditing): Edge[] {
  const ids = new Set(flow.nodes.map(({ id }) => id));
  return flow.nodes.flatMap((node) =>
    exitsOf(node, flow)
      .filter(({ target }) => target !== null && ids.has(target))
      .map(({ field, target }) => ({
        id: `${node.id}.${field}`,
        source: node.id,
        sourceHandle: field,
        target: target as string,
        markerEnd: { type: MarkerType.ArrowClosed },
      })),
  );
}

function StepNode({ data: { node, editing, isLive, isFaulty }, selected, isConnectable }: NodeProps<Node<Drawn>>) {
  const t = useFlowText();
  const locale = useLocale();
  const Icon = iconOf(node.kind);
  const said = summary(node, locale);
  return (
    <div className={css.node} data-chosen={selected} data-live={isLive} data-faulty={isFaulty}>
      <Handle type="target" position={Position.Left} isConnectable={isConnectable} className={theme.handle} />
      <div className={css.nodeHead}>
        <Icon size={16} aria-hidden="true" />
        <span>
          <b>{nodeName(node, t)}</b>
          <small lang={said.lang}>{said.text}</small>
        </span>
      </div>
      {exitsOf(node, editing.flow).map((exit) => (
        <div key={exit.field} className={css.nodeExit}>
          <span>{exitName(exit, t, locale)}</span>
          <Handle id={exit.field} type="source" position={Position.Right} isConnectable={isConnectable} className={theme.handle} />
        </div>
      ))}
    </div>
  );
}
