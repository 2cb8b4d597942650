import css from "./Field.module.css";

export interface SelectOption<Id extends string> {
  id: Id;
  text: string;
  lang?: string;
}

interface SelectProps<Id extends string> {
  label: string;
  /** The label is read out, but something beside it shows it already. */
  labelHidden?: boolean;
  value: Id;
  options: readonly SelectOption<Id>[];
  choose(id: Id): void;
  isDisabled?: boolean;
  testId?: string;
}

/** One of several, by the browser's own list: quick by keyboard, and safe with input methods. */
export function Select<Id extends string>(props: SelectProps<Id>) {
  const { label, labelHidden, value, options, choose, isDisabled, testId } = props;
  return (
    <label className={css.field}>
      <span className={labelHidden ? "visually-hidden" : css.label}>{label}</span>
      <select
        className={css.select}
        value={value}
        disabled={isDisabled}
        data-testid={testId}
        onChange={(event) => {
          const option = options.find(({ id }) => id === event.target.value);
          if (option) choose(option.id);
        }}
      >
        {options.map(({ id, text, lang }) => (
          <option key={id} value={id} lang={lang}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
