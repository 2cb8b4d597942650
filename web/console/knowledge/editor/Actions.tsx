import { CalendarClock, EllipsisVertical, Rocket, Save } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../../shared/ui/Button.tsx";
import { Line } from "../../../shared/ui/Line.tsx";
import { Menu, MenuItem } from "../../../shared/ui/Menu.tsx";
import { Window, WindowAnswers } from "../../../shared/ui/Window.tsx";
import { useMe } from "../../session/session.ts";
import { notify } from "../../store/notices.ts";
import { useLocale, useText } from "../../text.ts";
import { knowledge } from "../api.ts";
import { moment, useKnowledgeText } from "../text.ts";
import css from "./Editor.module.css";
import { instantOf, localOf } from "./times.ts";
import type { Editor } from "./useEditor.ts";

type Open = "schedule" | "archive" | null;

/** Save, hand over, publish; less usual ways in a menu. */
export function Actions({ editor }: { editor: Editor }) {
  const t = useKnowledgeText();
  const mayPublish = useMe().permissions.includes("faq.publish");
  const [open, setOpen] = useState<Open>(null);
  const { article, isChanged, isBusy } = editor;
  const isPublished = article !== null && article.published_version === article.latest_version && !isChanged;
  const say = async (work: Promise<unknown>, said: string) => {
    if (await work) notify(said);
  };
  const review = () => say(editor.command((one) => knowledge.review(one.article_id, one.latest_version)), t("editor.handed_over"));
  const publish = () => say(editor.command((one) => knowledge.publish(one.article_id, one.latest_version)), t("editor.published"));
  const unschedule = () => say(editor.command((one) => knowledge.unschedule(one.article_id)), t("editor.unscheduled"));
  return (
    <div className={css.actions}>
      <Button onPress={() => void editor.save()} isDisabled={!isChanged} isPending={isBusy} shortcut="Ctrl S" data-testid="save">
        <Save size={16} aria-hidden="true" />
        {t("editor.save")}
      </Button>
      {mayPublish ? (
        <Button look="primary" onPress={() => void publish()} isDisabled={isPublished} isPending={isBusy} data-testid="publish">
          <Rocket size={16} aria-hidden="true" />
          {t("editor.publish")}
        </Button>
      ) : (
        <Button look="primary" onPress={() => void review()} isPending={isBusy} data-testid="review">
          {t("editor.review")}
        </Button>
      )}
      <Menu
        label={t("editor.more")}
        onChoose={(key) => {
          if (key === "review") void review();
          else if (key === "unschedule") void unschedule();
          else setOpen(key as Open);
        }}
        button={
          <IconButton label={t("editor.more")} data-testid="more">
            <EllipsisVertical size={18} aria-hidden="true" />
          </IconButton>
        }
      >
        <MenuItem id="review" text={t("editor.review")} />
        <MenuItem id="schedule" text={t("editor.schedule")} />
        {article?.publish_at ? <MenuItem id="unschedule" text={t("editor.unschedule")} /> : null}
        {article && article.status !== "archived" ? <MenuItem id="archive" text={t("editor.archive")} /> : null}
      </Menu>
      <ScheduleWindow isOpen={open === "schedule"} close={() => setOpen(null)} editor={editor} />
      <ArchiveWindow isOpen={open === "archive"} close={() => setOpen(null)} editor={editor} />
    </div>
  );
}

interface WindowProps {
  isOpen: boolean;
  close(): void;
  editor: Editor;
}

function ScheduleWindow({ isOpen, close, editor }: WindowProps) {
  const t = useKnowledgeText();
  const words = useText();
  const locale = useLocale();
  const [at, setAt] = useState("");
  const instant = instantOf(at);
  const schedule = async () => {
    if (!instant) return;
    const done = await editor.command((one) => knowledge.schedule(one.article_id, one.latest_version, instant));
    if (!done) return;
    notify(t("editor.will_publish", { when: moment(instant, locale) }));
    close();
  };
  return (
    <Window title={t("editor.schedule")} closeLabel={words("close")} isOpen={isOpen} close={close} testId="schedule-window">
      <Line
        label={t("editor.publish_at")}
        type="datetime-local"
        hint={Intl.DateTimeFormat().resolvedOptions().timeZone}
        value={at || localOf(editor.article?.publish_at ?? null)}
        onChange={setAt}
        testId="publish-at"
      />
      <WindowAnswers>
        <Button onPress={close}>{t("cancel")}</Button>
        <Button look="primary" isDisabled={!instant} isPending={editor.isBusy} onPress={() => void schedule()} data-testid="schedule">
          <CalendarClock size={16} aria-hidden="true" />
          {t("editor.schedule")}
        </Button>
      </WindowAnswers>
    </Window>
  );
}

function ArchiveWindow({ isOpen, close, editor }: WindowProps) {
  const t = useKnowledgeText();
  const words = useText();
  const archive = async () => {
    const done = await editor.command((one) => knowledge.archive(one.article_id, one.latest_version));
    if (!done) return;
    notify(t("editor.archived"));
    close();
  };
  return (
    <Window title={t("editor.archive_question")} closeLabel={words("close")} isOpen={isOpen} close={close}>
      <p>{t("editor.archive_text")}</p>
      <WindowAnswers>
        <Button onPress={close}>{t("cancel")}</Button>
        <Button look="end" isPending={editor.isBusy} onPress={() => void archive()} data-testid="archive">
          {t("editor.archive")}
        </Button>
      </WindowAnswers>
    </Window>
  );
}
