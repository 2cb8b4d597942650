import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import css from "./Feedback.module.css";

/** Grey lines in place of content that is on its way; they appear only after 150 ms. */
export function Skeleton({ lines = 4, label }: { lines?: number; label: string }) {
  return (
    <div className={css.skeleton} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={css.bone} />
      ))}
    </div>
  );
}

interface FailureProps {
  children: ReactNode;
  retry?: () => void;
  retryLabel?: string;
}

/** What failed, in place, with the way to try again. */
export function Failure({ children, retry, retryLabel }: FailureProps) {
  return (
    <div className={css.failure} role="alert">
      <CircleAlert size={16} aria-hidden="true" />
      <p>{children}</p>
      {retry && <Button onPress={retry}>{retryLabel}</Button>}
    </div>
  );
}

/** Said in place of an empty list. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className={css.nothing}>{children}</p>;
}
