import type { ReactNode } from "react";
import { Failure, Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import { useText } from "../text.ts";
import css from "./Table.module.css";

export interface Column<Row> {
  id: string;
  title: string;
  /** Numbers and times stand at the end of their cell. */
  end?: boolean;
  /** The heading is read out only; for a column of buttons. */
  titleHidden?: boolean;
  cell(row: Row): ReactNode;
}

interface TableProps<Row> {
  /** What the table holds; read out, not shown. */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are on their way. */
  rows: readonly Row[] | undefined;
  keyOf(row: Row): string;
  /** Said in place of an empty table. */
  empty: string;
  failed?: boolean;
  retry?: () => void;
  /** The row that stands in the sheet. */
  shown?: string | null;
  testId?: string;
}

/** Rows in columns, with its loading, failed and empty states. The first cell of a row is its heading. */
export function Table<Row>(props: TableProps<Row>) {
  const t = useText();
  const { label, columns, rows, keyOf, empty, failed, retry, shown, testId } = props;
  if (failed && !rows)
    return (
      <div className={css.aside}>
        <Failure retry={retry} retryLabel={t("retry")}>
          {t("page.failed")}
        </Failure>
      </div>
    );
  if (!rows) return <Skeleton lines={6} label={t("loading")} />;
  if (rows.length === 0) return <Nothing>{empty}</Nothing>;
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={css.table} data-testid={testId}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.end ? css.end : undefined}>
                <span className={column.titleHidden ? "visually-hidden" : undefined}>{column.title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} aria-current={keyOf(row) === shown || undefined} data-testid="row" data-id={keyOf(row)}>
              {columns.map((column, at) => (
                <Cell key={column.id} column={column} row={row} isHead={at === 0} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row, isHead }: { column: Column<Row>; row: Row; isHead: boolean }) {
  const look = column.end ? css.end : undefined;
  if (!isHead) return <td className={look}>{column.cell(row)}</td>;
  return (
    <th scope="row" className={look}>
      {column.cell(row)}
    </th>
  );
}

/** The heading of a row as a button that opens it in the sheet. */
export function RowButton({ onPress, children }: { onPress: () => void; children: ReactNode }) {
  return (
    <button type="button" className={css.open} onClick={onPress} data-testid="open-row">
      {children}
    </button>
  );
}
