import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import type { ProblemView } from "../../shared/api/index.ts";
import css from "./Flows.module.css";
import type { Flow } from "./graph.ts";
import { nameOf } from "./names.ts";
import { useFlowText, wordsFor } from "./text.ts";

interface ProblemsProps {
  problems: readonly ProblemView[];
  flow: Flow;
  follow(problem: ProblemView): void;
}

/** What is wrong with the flow; each fault leads to its step and field. */
export function Problems({ problems, flow, follow }: ProblemsProps) {
  const t = useFlowText();
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return (
    <section className={css.problems} aria-label={t("problems")} data-testid="problems">
      <h2 role="status">
        {problems.length === 0 ? <CircleCheck size={16} aria-hidden="true" /> : <CircleAlert size={16} aria-hidden="true" />}
        {problems.length === 0 ? t("no_problems") : t("problem_count", { count: problems.length, errors })}
      </h2>
      <ul>
        {problems.map((problem, at) => (
          <li key={at}>
            <button
              type="button"
              className={`${css.problem} ${problem.severity === "error" ? css.error : css.warning}`}
              onClick={() => follow(problem)}
              data-testid="problem"
            >
              <TriangleAlert size={14} aria-hidden="true" />
              <b>{problem.node ? nameOf(problem.node, flow, t) : t("flow_itself")}</b>
              <span>{wordsFor(t, `fault.${problem.code}`, problem.message)}</span>
              <small>{wordsFor(t, `field.${problem.field.split(".").at(-1) ?? ""}`, problem.field)}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
