import { useSearchParams } from "wouter";
import { Failure, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { useLocale, useText } from "../../text.ts";
import { useKnowledgeText } from "../text.ts";
import { ArticleEditor } from "./ArticleEditor.tsx";
import css from "./Editor.module.css";
import { useArticle } from "./useEditor.ts";

/** One article to write. With `?new=1` it may not be saved yet. */
export function EditorPage({ id }: { id: string }) {
  const t = useKnowledgeText();
  const words = useText();
  const locale = useLocale();
  const [params] = useSearchParams();
  const { data, isError, refetch } = useArticle(id, params.has("new"));
  if (data !== undefined) return <ArticleEditor id={id} loaded={data} locale={locale} />;
  return (
    <main id="main" className={css.page} tabIndex={-1}>
      {isError ? (
        <Failure retry={() => void refetch()} retryLabel={words("retry")}>
          {t("editor.not_loaded")}
        </Failure>
      ) : (
        <Skeleton lines={8} label={words("loading")} />
      )}
    </main>
  );
}
