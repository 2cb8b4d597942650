import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Page } from "../page/Page.tsx";
import css from "./Knowledge.module.css";
import { useKnowledgeText } from "./text.ts";

const PARTS = [
  { id: "articles", path: "/knowledge" },
  { id: "gaps", path: "/knowledge/gaps" },
  { id: "figures", path: "/knowledge/figures" },
  { id: "synonyms", path: "/knowledge/synonyms" },
  { id: "answering", path: "/knowledge/answering" },
  { id: "files", path: "/knowledge/files" },
] as const;

interface FrameProps {
  actions?: ReactNode;
  filters?: ReactNode;
  sheet?: ReactNode;
  children: ReactNode;
}

/** The frame that the knowledge pages share: their names in the head. */
export function Frame({ actions, filters, sheet, children }: FrameProps) {
  const t = useKnowledgeText();
  const [place] = useLocation();
  return (
    <Page
      title={t("title")}
      beside={
        <nav className={css.parts} aria-label={t("parts")}>
          {PARTS.map(({ id, path }) => (
            <Link key={id} href={path} className={css.part} aria-current={place === path ? "page" : undefined} data-testid={`part-${id}`}>
              {t(`part.${id}`)}
            </Link>
          ))}
        </nav>
      }
      actions={actions}
      filters={filters}
      sheet={sheet}
    >
      {children}
    </Page>
  );
}
