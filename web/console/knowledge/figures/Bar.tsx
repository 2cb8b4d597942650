import css from "./Bar.module.css";

/** Answered, suggested and nothing found as parts of one bar; decorative, because the numbers stand beside it. */
export function Bar({ parts, of }: { parts: readonly number[]; of: number }) {
  let from = 0;
  return (
    <svg className={css.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {parts.map((part, at) => {
        const x = from;
        from += (part / of) * 100;
        return <rect key={at} x={x} y={0} width={Math.max(0, from - x)} height={10} className={css[`part${at}`]} />;
      })}
    </svg>
  );
}
