// Judged questions from a file: CSV with the columns `question` and `article_id`, or JSON lines with `text` and
// `article_ids`. Pure; each fault names its line and column.
import type { JudgedQuestion } from "../../../shared/api/index.ts";

export interface JudgedFault {
  line: number;
  field: string;
  problem: "missing" | "not_an_id" | "not_json" | "no_column";
}

export interface Judged {
  questions: JudgedQuestion[];
  faults: JudgedFault[];
}

const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The cells of a CSV file by line (RFC 4180); a quoted cell may hold commas, quotes and line ends. */
export function csvRows(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let [line, start, cell, cells, isQuoted] = [1, 1, "", [] as string[], false];
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one.trim())) rows.push({ line: start, cells });
    [cells, cell, start] = [[], "", line + 1];
  };
  const source = text.replace(/^\ufeff/, "");
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (isQuoted) {
      if (char === '"' && source[at + 1] === '"') {
        cell += '"';
        at++;
      } else if (char === '"') isQuoted = false;
      else cell += char;
    } else if (char === '"' && cell === "") isQuoted = true;
    else if (char === ",") {
      cells.push(cell);
      cell = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") cell += char;
    if (char === "\n") line++;
  }
  endRow();
  return rows;
}

function take(into: Judged, line: number, text: unknown, ids: unknown[]): void {
  const wrong = ids.some((id) => typeof id !== "string" || !ID.test(id));
  if (typeof text !== "string" || !text.trim()) into.faults.push({ line, field: "question", problem: "missing" });
  else if (wrong) into.faults.push({ line, field: "article_id", problem: "not_an_id" });
  else into.questions.push({ text, article_ids: ids as string[] });
}

function fromJsonLines(text: string): Judged {
  const found: Judged = { questions: [], faults: [] };
  text.split("\n").forEach((source, at) => {
    if (!source.trim()) return;
    try {
      const row = JSON.parse(source) as Record<string, unknown>;
      const ids = row["article_ids"] ?? (row["article_id"] ? [row["article_id"]] : []);
      take(found, at + 1, row["text"] ?? row["question"], Array.isArray(ids) ? ids : [ids]);
    } catch {
      found.faults.push({ line: at + 1, field: "-", problem: "not_json" });
    }
  });
  return found;
}

/** The questions of a file, and everything that is wrong with it. */
export function readJudged(text: string): Judged {
  if (text.trimStart().startsWith("{")) return fromJsonLines(text);
  const found: Judged = { questions: [], faults: [] };
  const [head, ...rows] = csvRows(text);
  const names = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
  const [question, article] = [names.indexOf("question"), names.indexOf("article_id")];
  if (question < 0) found.faults.push({ line: 1, field: "question", problem: "no_column" });
  if (article < 0) found.faults.push({ line: 1, field: "article_id", problem: "no_column" });
  if (found.faults.length > 0) return found;
  for (const { line, cells } of rows) {
    const ids = (cells[article] ?? "").split(/[\s;]+/).filter(Boolean);
    take(found, line, cells[question], ids);
  }
  return found;
}
