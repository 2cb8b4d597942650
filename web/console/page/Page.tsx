import type { ReactNode } from "react";
import css from "./Page.module.css";

interface PageProps {
  title: string;
  /** Beside the title, small: how fresh the page is, how many there are. */
  beside?: ReactNode;
  /** At the end of the head: what can be done with the page as a whole. */
  actions?: ReactNode;
  /** Below the head: which part is shown. */
  filters?: ReactNode;
  /** At the right, beside the content: one row in full. See `Sheet`. */
  sheet?: ReactNode;
  children: ReactNode;
}

/** The frame of a page: head, filters, content that scrolls, and a sheet beside it. */
export function Page({ title, beside, actions, filters, sheet, children }: PageProps) {
  return (
    <main id="main" className={css.page} tabIndex={-1}>
      <div className={css.scroll}>
        <header className={css.head}>
          <h1>{title}</h1>
          {beside && <div className={css.beside}>{beside}</div>}
          {actions && <div className={css.actions}>{actions}</div>}
        </header>
        {filters && <div className={css.filters}>{filters}</div>}
        {children}
      </div>
      {sheet}
    </main>
  );
}

interface CardProps {
  title?: string;
  /** At the end of the card's head. */
  end?: ReactNode;
  children: ReactNode;
}

/** A part of a page on its own surface. */
export function Card({ title, end, children }: CardProps) {
  return (
    <section className={css.card} aria-label={title}>
      {(title || end) && (
        <header className={css.cardHead}>
          {title && <h2>{title}</h2>}
          {end}
        </header>
      )}
      {children}
    </section>
  );
}
