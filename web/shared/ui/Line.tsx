import { FieldError, Input, Label, Text, TextField, type TextFieldProps } from "react-aria-components";
import css from "./Field.module.css";

interface LineProps extends Omit<TextFieldProps, "children" | "className" | "style"> {
  label: string;
  labelHidden?: boolean;
  hint?: string;
  placeholder?: string;
  /** What is wrong with it; shown below and read out with the field. */
  error?: string | undefined;
  lang?: string;
  /** Id of a `datalist` with suggestions. */
  list?: string;
  step?: string;
  min?: string;
  max?: string;
  testId?: string;
}

/** A labelled line of text in a dense form. */
export function Line(props: LineProps) {
  const { label, labelHidden, hint, placeholder, error, lang, list, step, min, max, testId, ...rest } = props;
  return (
    <TextField {...rest} isInvalid={error !== undefined} validationBehavior="aria" className={css.field}>
      <Label className={labelHidden ? "visually-hidden" : css.label}>{label}</Label>
      <Input
        className={css.line}
        placeholder={placeholder}
        lang={lang}
        list={list}
        step={step}
        min={min}
        max={max}
        data-testid={testId}
      />
      {hint && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={css.error}>{error}</FieldError>
    </TextField>
  );
}
