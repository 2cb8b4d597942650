import { useQuery } from "@tanstack/react-query";
import type { CategoryView } from "../../../shared/api/index.ts";
import { useLocale } from "../../text.ts";
import { knowledge } from "../api.ts";
import { useKnowledgeText } from "../text.ts";
import css from "./Articles.module.css";

interface CategoryTreeProps {
  chosen: string;
  choose(path: string): void;
}

/** The categories in the language of the page; a level takes in what is below it. */
export function CategoryTree({ chosen, choose }: CategoryTreeProps) {
  const t = useKnowledgeText();
  const lang = useLocale();
  const { data = [] } = useQuery({ queryKey: ["article-categories", lang], queryFn: () => knowledge.categories(lang) });
  return (
    <nav className={css.tree} aria-label={t("articles.categories")}>
      <button type="button" className={css.branch} aria-pressed={!chosen} onClick={() => choose("")}>
        {t("articles.all_categories")}
      </button>
      <Level categories={data} chosen={chosen} choose={choose} />
    </nav>
  );
}

function Level({ categories, chosen, choose }: CategoryTreeProps & { categories: readonly CategoryView[] }) {
  if (categories.length === 0) return null;
  return (
    <ul className={css.level}>
      {categories.map(({ path, name, articles, children }) => (
        <li key={path}>
          <button type="button" className={css.branch} aria-pressed={path === chosen} onClick={() => choose(path)}>
            <span>{name}</span>
            <span className="figures">{articles}</span>
          </button>
          <Level categories={children} chosen={chosen} choose={choose} />
        </li>
      ))}
    </ul>
  );
}
