import { useQuery } from "@tanstack/react-query";
import { Link, Route, Switch } from "wouter";
import type { FlowRow } from "../../shared/api/index.ts";
import { Failure, Skeleton } from "../../shared/ui/Feedback.tsx";
import { Tag } from "../../shared/ui/Tag.tsx";
import { Card, Page } from "../page/Page.tsx";
import { type Column, Table } from "../page/Table.tsx";
import { useLocale, useText } from "../text.ts";
import { flowApi } from "./api.ts";
import { FlowEditor } from "./FlowEditor.tsx";
import css from "./Flows.module.css";
import { spoken } from "./names.ts";
import { useFlowText } from "./text.ts";

/** All flows, or one of them to change. */
export function FlowsPage() {
  return (
    <Switch>
      <Route path="/flows/:id">{({ id }) => <OneFlow key={id} id={id} />}</Route>
      <Route>
        <FlowList />
      </Route>
    </Switch>
  );
}

function FlowList() {
  const t = useFlowText();
  const { data, isError, refetch } = useQuery({ queryKey: ["flows"], queryFn: flowApi.list, staleTime: 0 });
  return (
    <Page title={t("title")}>
      <Card>
        <Table
          label={t("title")}
          columns={useColumns()}
          rows={data}
          keyOf={(flow) => flow.flow_id}
          empty={t("none")}
          failed={isError}
          retry={() => void refetch()}
          testId="flows"
        />
      </Card>
    </Page>
  );
}

function useColumns(): Column<FlowRow>[] {
  const t = useFlowText();
  const locale = useLocale();
  const when = (at: string) => new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  return [
    {
      id: "name",
      title: t("name"),
      cell: (flow) => {
        const { text, lang } = spoken(flow.name, locale);
        return (
          <Link href={`/flows/${flow.flow_id}`} lang={lang} data-testid="open-flow">
            {text || flow.key}
          </Link>
        );
      },
    },
    { id: "state", title: t("state"), cell: (flow) => <StateTag flow={flow} /> },
    { id: "published", title: t("published"), cell: (flow) => flow.published_at && `${when(flow.published_at)} ${flow.published_by ?? ""}` },
    { id: "saved", title: t("saved_at"), cell: (flow) => flow.saved_at && `${when(flow.saved_at)} ${flow.saved_by ?? ""}` },
    { id: "used", title: t("used_by"), end: true, cell: (flow) => flow.used_by },
  ];
}

/** Whether what is written is what callers meet. */
export function StateTag({ flow }: { flow: FlowRow }) {
  const t = useFlowText();
  if (flow.published_version === null) return <Tag>{t("state_new")}</Tag>;
  if (flow.is_changed) return <Tag tone="amber">{t("state_changed", { version: flow.published_version })}</Tag>;
  return <Tag tone="green">{t("state_published", { version: flow.published_version })}</Tag>;
}

function OneFlow({ id }: { id: string }) {
  const t = useFlowText();
  const words = useText();
  const { data, isError, refetch } = useQuery({ queryKey: ["flow", id], queryFn: () => flowApi.get(id), staleTime: Infinity, gcTime: 0 });
  if (data) return <FlowEditor loaded={data} />;
  return (
    <main id="main" className={css.page} tabIndex={-1}>
      {isError ? (
        <Failure retry={() => void refetch()} retryLabel={words("retry")}>
          {t("not_loaded")}
        </Failure>
      ) : (
        <Skeleton lines={8} label={words("loading")} />
      )}
    </main>
  );
}
