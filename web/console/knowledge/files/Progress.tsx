import { useId } from "react";
import css from "../Knowledge.module.css";

/** How much of a long work is done. */
export function Progress({ label, done, of }: { label: string; done: number; of: number }) {
  const id = useId();
  return (
    <div data-testid="progress">
      <label htmlFor={id}>
        {label} <span className="figures">{of > 0 ? `${done} / ${of}` : ""}</span>
      </label>
      <br />
      <progress id={id} className={css.progress} max={Math.max(1, of)} value={of > 0 ? done : undefined} />
    </div>
  );
}
