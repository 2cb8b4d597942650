import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { isImeKey } from "../../shared/ime.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { useText } from "../text.ts";
import css from "./Sheet.module.css";

interface SheetProps {
  title: string;
  close(): void;
  /** Stays below the content while that scrolls: what can be done. */
  foot?: ReactNode;
  wide?: boolean;
  children: ReactNode;
  testId?: string;
}

/**
 * One row of a page in full, at its right; the page stays in use. It takes the focus when it opens, Esc closes it, and
 * the focus goes back to where it came from. Give it a `key` of its row.
 */
export function Sheet({ title, close, foot, wide, children, testId }: SheetProps) {
  const t = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || isImeKey(event) || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  return (
    <aside className={wide ? `${css.sheet} ${css.wide}` : css.sheet} aria-label={title} onKeyDown={onKeyDown} data-testid={testId}>
      <header className={css.head}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton label={t("close")} onPress={close} data-testid="sheet-close">
          <X size={16} />
        </IconButton>
      </header>
      <div className={css.body}>{children}</div>
      {foot && <footer className={css.foot}>{foot}</footer>}
    </aside>
  );
}

/** Facts of a row, each with its name. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>;
}

/** One of them. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
