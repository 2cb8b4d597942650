import { FieldError, Label, Text, TextArea as AriaTextArea, TextField, type TextFieldProps } from "react-aria-components";
import css from "./Field.module.css";

interface TextAreaProps extends Omit<TextFieldProps, "children" | "className" | "style"> {
  label: string;
  labelHidden?: boolean;
  rows?: number;
  hint?: string;
  /** What is wrong with it; shown below and read out with the field. */
  error?: string | undefined;
  lang?: string;
  testId?: string;
  fieldRef?: React.Ref<HTMLTextAreaElement>;
}

/** Labelled text of several lines. */
export function TextArea({ label, labelHidden, rows = 3, hint, error, lang, testId, fieldRef, ...rest }: TextAreaProps) {
  return (
    <TextField {...rest} isInvalid={error !== undefined} validationBehavior="aria" className={css.field}>
      <Label className={labelHidden ? "visually-hidden" : css.label}>{label}</Label>
      <AriaTextArea ref={fieldRef} className={css.area} rows={rows} lang={lang} data-testid={testId} />
      {hint && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={css.error}>{error}</FieldError>
    </TextField>
  );
}
