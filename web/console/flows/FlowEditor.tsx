import { ArrowLeft, Plus, Undo2 } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Link } from "wouter";
import type { FlowView, ProblemView } from "../../shared/api/index.ts";
import { isImeKey } from "../../shared/ime.ts";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { Skeleton } from "../../shared/ui/Feedback.tsx";
import { Menu, MenuItem } from "../../shared/ui/Menu.tsx";
import { Choice } from "../../shared/ui/Toggle.tsx";
import { useFilter } from "../page/useFilter.ts";
import { useMe } from "../session/session.ts";
import { useLocale, useText } from "../text.ts";
import { FlowActions } from "./FlowActions.tsx";
import { FlowConflictWindow } from "./FlowConflictWindow.tsx";
import { StateTag } from "./FlowsPage.tsx";
import css from "./Flows.module.css";
import { FlowVersions } from "./FlowVersions.tsx";
import { freeId, inserted, removed } from "./graph.ts";
import { Inspector } from "./Inspector.tsx";
import { iconOf, KINDS } from "./kinds.ts";
import { kindName, spoken } from "./names.ts";
import { Outline } from "./Outline.tsx";
import { Problems } from "./Problems.tsx";
import { useFlowText } from "./text.ts";
import { TrialRun } from "./TrialRun.tsx";
import { type FlowEditing, useFlow } from "./useFlow.ts";

const Canvas = lazy(() => import("./Canvas.tsx").then((file) => ({ default: file.Canvas })));

/** Where somebody is in the flow. `live`: the step a trial run stands at. */
export interface Place {
  chosen: string | null;
  live: string | null;
  /** The field to put the focus on, after a fault was followed; `turn` makes following it again count. */
  field: { name: string; turn: number } | null;
}

type Side = "step" | "trial" | "versions";

const inField = (target: EventTarget) => target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;

/** A flow as an outline or on a canvas, which are equal, and what belongs to it at the right. */
export function FlowEditor({ loaded }: { loaded: FlowView }) {
  const words = useText();
  const editing = useFlow(loaded);
  const [view, setView] = useFilter<"outline" | "canvas">("view", ["outline", "canvas"]);
  const [place, setPlace] = useState<Place>({ chosen: loaded.draft.start, live: null, field: null });
  const [side, setSide] = useState<Side>("step");
  const [isAdding, setAdding] = useState(false);
  const { flow, change, problems } = editing;
  const mayEdit = useMe().permissions.includes("flows.edit");

  const choose = (chosen: string | null) => {
    setPlace((now) => ({ ...now, chosen, field: null }));
    setSide((now) => (now === "versions" ? "step" : now));
  };
  const add = (kind: string) => {
    const id = freeId(flow, kind);
    change(inserted(flow, { id, kind, name: "", position: null, ...KINDS[kind]?.blank }, place.chosen));
    setPlace((now) => ({ ...now, chosen: id, field: { name: "name", turn: Date.now() } }));
    setSide("step");
  };
  const remove = (id: string) => {
    if (id === flow.start || id === flow.human) return;
    change(removed(flow, id));
    setPlace((now) => ({ ...now, chosen: flow.start, field: null }));
  };
  const follow = (problem: ProblemView) => {
    setPlace((now) => ({ ...now, chosen: problem.node, field: { name: problem.field, turn: Date.now() } }));
    setSide("step");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event) || event.altKey) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && key === "s") {
      if (editing.isChanged && !editing.isBusy) void editing.save();
    } else if ((event.ctrlKey || event.metaKey) && key === "z" && !inField(event.target)) editing.undo();
    else if (key === "a" && !event.ctrlKey && !event.metaKey && mayEdit && !inField(event.target)) setAdding(true);
    else return;
    event.preventDefault();
  };
  const shown = { editing, place, choose, remove: mayEdit ? remove : null };
  return (
    <main id="main" className={css.page} tabIndex={-1} onKeyDown={onKeyDown}>
      <Head editing={editing} />
      <div className={css.main}>
        <Bar view={view} setView={setView} editing={editing} add={mayEdit ? add : null} isAdding={isAdding} setAdding={setAdding} />
        {view === "outline" ? (
          <Outline {...shown} />
        ) : (
          <Suspense fallback={<Skeleton lines={6} label={words("loading")} />}>
            <Canvas {...shown} />
          </Suspense>
        )}
        <Problems problems={problems} flow={flow} follow={follow} />
      </div>
      <SidePanels side={side} setSide={setSide} {...shown} setLive={(live) => setPlace((now) => ({ ...now, live }))} />
      <FlowConflictWindow editing={editing} />
    </main>
  );
}

function Head({ editing }: { editing: FlowEditing }) {
  const t = useFlowText();
  const locale = useLocale();
  const { text, lang } = spoken(editing.flow.name, locale);
  return (
    <header className={css.head}>
      <Link href="/flows" className={css.back} aria-label={t("back")}>
        <ArrowLeft size={18} aria-hidden="true" />
      </Link>
      <h1 lang={lang}>{text || editing.view.key}</h1>
      <StateTag flow={editing.view} />
      <span role="status" data-testid="flow-state">
        {editing.isChanged ? t("unsaved") : t("saved")}
      </span>
      <FlowActions editing={editing} />
    </header>
  );
}

interface BarProps {
  view: "outline" | "canvas";
  setView(view: "outline" | "canvas"): void;
  editing: FlowEditing;
  add: ((kind: string) => void) | null;
  isAdding: boolean;
  setAdding(isAdding: boolean): void;
}

function Bar({ view, setView, editing, add, isAdding, setAdding }: BarProps) {
  const t = useFlowText();
  return (
    <div className={css.bar}>
      <Choice
        label={t("view")}
        labelHidden
        value={view}
        options={[
          { id: "outline", text: t("outline") },
          { id: "canvas", text: t("canvas") },
        ]}
        choose={setView}
      />
      {add && (
        <>
          <Menu
            label={t("add")}
            onChoose={add}
            trigger={{ isOpen: isAdding, onOpenChange: setAdding }}
            button={
              <Button shortcut="A" data-testid="add-step">
                <Plus size={16} aria-hidden="true" />
                {t("add")}
              </Button>
            }
          >
            {Object.keys(KINDS).map((kind) => {
              const Icon = iconOf(kind);
              return <MenuItem key={kind} id={kind} icon={<Icon size={16} aria-hidden="true" />} text={kindName(kind, t)} />;
            })}
          </Menu>
          <IconButton label={t("undo")} isDisabled={!editing.canUndo} onPress={editing.undo} data-testid="undo">
            <Undo2 size={16} aria-hidden="true" />
          </IconButton>
        </>
      )}
    </div>
  );
}

interface SidePanelsProps {
  side: Side;
  setSide(side: Side): void;
  editing: FlowEditing;
  place: Place;
  choose(id: string | null): void;
  remove: ((id: string) => void) | null;
  setLive(id: string | null): void;
}

function SidePanels({ side, setSide, editing, place, choose, remove, setLive }: SidePanelsProps) {
  const t = useFlowText();
  return (
    <Tabs className={css.side} selectedKey={side} onSelectionChange={(key) => setSide(key as Side)}>
      <TabList className={css.tabs} aria-label={t("side")}>
        <Tab id="step" className={css.tab}>
          {t("step")}
        </Tab>
        <Tab id="trial" className={css.tab} data-testid="tab-trial">
          {t("trial")}
        </Tab>
        <Tab id="versions" className={css.tab} data-testid="tab-flow-versions">
          {t("versions")}
        </Tab>
      </TabList>
      <TabPanel id="step" className={css.panel}>
        <Inspector editing={editing} place={place} choose={choose} remove={remove} />
      </TabPanel>
      <TabPanel id="trial" className={css.panel}>
        <TrialRun editing={editing} setLive={setLive} />
      </TabPanel>
      <TabPanel id="versions" className={css.panel}>
        <FlowVersions editing={editing} />
      </TabPanel>
    </Tabs>
  );
}
