import { useQuery } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useState } from "react";
import type { AnsweringMode, AnsweringView } from "../../../shared/api/index.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Failure, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { Tag } from "../../../shared/ui/Tag.tsx";
import { Window, WindowAnswers } from "../../../shared/ui/Window.tsx";
import { Card } from "../../page/Page.tsx";
import { Fact, Facts } from "../../page/Sheet.tsx";
import { queries, useMe } from "../../session/session.ts";
import { useLocale, useText } from "../../text.ts";
import { useAction } from "../../useAction.ts";
import { knowledge } from "../api.ts";
import { Frame } from "../Frame.tsx";
import css from "../Knowledge.module.css";
import { moment, share, useKnowledgeText } from "../text.ts";
import { NewRun } from "./NewRun.tsx";
import { Runs } from "./Runs.tsx";

const MODES: readonly AnsweringMode[] = ["off", "calibrated", "on"];
export const ANSWERING = ["answering"];

/** Whether the machine answers by itself, what that rests on, and how to find a better threshold. */
export function AnsweringPage() {
  const t = useKnowledgeText();
  const words = useText();
  const { data, isError, refetch } = useQuery({ queryKey: ANSWERING, queryFn: knowledge.answering, staleTime: 0 });
  return (
    <Frame>
      {isError && (
        <Failure retry={() => void refetch()} retryLabel={words("retry")}>
          {t("failed")}
        </Failure>
      )}
      {!data && !isError && <Skeleton lines={6} label={words("loading")} />}
      {data && (
        <>
          <Card title={t("answering.state")}>
            <State view={data} />
          </Card>
          <Card title={t("answering.calibrate")}>
            <NewRun view={data} />
          </Card>
          <Runs />
        </>
      )}
    </Frame>
  );
}

function State({ view }: { view: AnsweringView }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const mayChange = useMe().permissions.includes("faq.answering");
  const [wanted, setWanted] = useState<AnsweringMode | null>(null);
  const fitted = view.calibrations.find(({ encoder }) => encoder === view.encoder);
  return (
    <div className={css.form}>
      <p data-testid="answering-state">
        <Tag tone={view.is_on ? "green" : "grey"}>{view.is_on ? t("answering.is_on") : t("answering.is_off")}</Tag>{" "}
        {view.is_on ? t("answering.from", { threshold: share(view.threshold, 1, locale) }) : t("answering.people_answer")}
      </p>
      <Facts>
        <Fact name={t("answering.mode")}>{t(`answering.mode_${view.mode}`)}</Fact>
        <Fact name={t("answering.search_kind")}>{view.encoder === "none" ? t("answering.by_words") : t("answering.by_meaning")}</Fact>
        <Fact name={t("answering.calibration")}>
          {fitted
            ? t("answering.fitted", {
                when: moment(fitted.fitted_at, locale),
                judged: fitted.judged,
                precision: share(fitted.precision, 1, locale),
                coverage: share(fitted.coverage, 1, locale),
              })
            : t("answering.not_calibrated")}
        </Fact>
      </Facts>
      {mayChange ? (
        <div className={css.row}>
          {MODES.filter((mode) => mode !== view.mode).map((mode) => (
            <Button key={mode} look={mode === "off" ? "end" : "plain"} onPress={() => setWanted(mode)} data-testid={`mode-${mode}`}>
              <Bot size={16} aria-hidden="true" />
              {t(`answering.set_${mode}`)}
            </Button>
          ))}
        </div>
      ) : (
        <p className={css.meta}>{t("answering.admin_only")}</p>
      )}
      <Confirm wanted={wanted} close={() => setWanted(null)} />
    </div>
  );
}

function Confirm({ wanted, close }: { wanted: AnsweringMode | null; close(): void }) {
  const t = useKnowledgeText();
  const words = useText();
  const { run, busy } = useAction();
  const set = async () => {
    if (!wanted) return;
    const view = await run(() => knowledge.setAnswering(wanted));
    if (!view) return;
    queries.setQueryData(ANSWERING, view);
    close();
  };
  return (
    <Window title={wanted ? t(`answering.set_${wanted}`) : ""} closeLabel={words("close")} isOpen={wanted !== null} close={close} testId="confirm-mode">
      <p>{wanted && t(`answering.confirm_${wanted}`)}</p>
      <WindowAnswers>
        <Button onPress={close}>{t("cancel")}</Button>
        <Button look={wanted === "off" ? "end" : "primary"} isPending={busy} onPress={() => void set()} data-testid="set-mode">
          {wanted && t(`answering.set_${wanted}`)}
        </Button>
      </WindowAnswers>
    </Window>
  );
}
