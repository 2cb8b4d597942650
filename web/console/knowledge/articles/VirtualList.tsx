import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { isImeKey } from "../../../shared/ime.ts";
import css from "./Articles.module.css";

const BEYOND = 8; // rows kept ready above and below what is in view

interface VirtualListProps<Row> {
  label: string;
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** Pixels; every row has the same. */
  rowHeight: number;
  /** How many there are in all, when more can be loaded: unknown is null. */
  total: number | null;
  /** The last rows are near: load more. */
  nearEnd(): void;
  children(row: Row): ReactNode;
}

/**
 * A long list of which only the rows in view exist. Arrow keys, Page Up and Down, Home and End move between the rows;
 * each row holds one link or button.
 */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { label, rows, keyOf, rowHeight, total, nearEnd, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const first = Math.max(0, Math.floor(view.top / rowHeight) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + BEYOND);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useEffect(() => {
    if (last >= rows.length - BEYOND) nearEnd();
  }, [last, rows.length, nearEnd]);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] :is(a, button)`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  const go = (to: number) => {
    const element = box.current;
    if (!element) return;
    const row = Math.max(0, Math.min(rows.length - 1, to));
    wanted.current = row;
    const top = row * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
    setView({ top: element.scrollTop, height: element.clientHeight });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number((event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset["row"] ?? -1);
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <div ref={box} className={css.scroller} tabIndex={-1} onKeyDown={onKeyDown} data-testid="articles">
      <ul aria-label={label} className={css.rows} ref={(list) => void list?.style.setProperty("height", `${rows.length * rowHeight}px`)}>
        {rows.slice(first, last).map((row, at) => (
          <li
            key={keyOf(row)}
            data-row={first + at}
            data-testid="article-row"
            aria-setsize={total ?? -1}
            aria-posinset={first + at + 1}
            className={css.row}
            ref={(item) => void item?.style.setProperty("top", `${(first + at) * rowHeight}px`)}
          >
            {children(row)}
          </li>
        ))}
      </ul>
    </div>
  );
}
