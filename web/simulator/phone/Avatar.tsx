// Initials on a colour that stays the same for a name.
import css from "./Avatar.module.css";

const TINTS = [css.blue, css.green, css.amber, css.violet, css.grey];
const CJK = /[\u3400-\u9fff]/;

function initials(name: string): string {
  const first = [...name.trim()][0] ?? "";
  if (CJK.test(first)) return first;
  const words = name.trim().split(/[\s-]+/);
  return words.length < 2 ? first.toUpperCase() : `${first}${[...(words.at(-1) ?? "")][0] ?? ""}`.toUpperCase();
}

export function Avatar({ name }: { name: string }) {
  const sum = [...name].reduce((total, char) => total + (char.codePointAt(0) ?? 0), 0);
  return (
    <span className={`${css.avatar} ${TINTS[sum % TINTS.length]}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
