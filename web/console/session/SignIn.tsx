import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Button } from "../../shared/ui/Button.tsx";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { Field } from "../../shared/ui/Field.tsx";
import { Logo } from "../../shared/ui/Logo.tsx";
import { LanguageMenu } from "../../shared/ui/LanguageMenu.tsx";
import { ThemeMenu } from "../shell/ThemeMenu.tsx";
import { unlockSound } from "../ring/ring.ts";
import { problemWords } from "../problems.ts";
import { useText } from "../text.ts";
import { signIn } from "./session.ts";
import css from "./SignIn.module.css";

/** The page for signing in. */
export function SignIn() {
  const t = useText();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    void unlockSound();
    signIn(String(form.get("login")), String(form.get("password")))
      .catch(setFailure)
      .finally(() => setBusy(false));
  };

  return (
    <div className={css.page}>
      <header className={css.bar}>
        <LanguageMenu label={t("language")} />
        <ThemeMenu />
      </header>
      <main className={css.main}>
        <Form className={css.card} onSubmit={submit}>
          <div className={css.brand}>
            <Logo size={44} />
            <h1>{t("sign_in.title")}</h1>
            <p>{t("sign_in.lead")}</p>
          </div>
          {failure !== null && <Failure>{problemWords(failure, t)}</Failure>}
          <Field label={t("sign_in.login")} name="login" testId="login" autoComplete="username" isRequired autoFocus />
          <Field
            label={t("sign_in.password")}
            name="password"
            testId="password"
            type="password"
            autoComplete="current-password"
            isRequired
          />
          <Button type="submit" look="primary" large isPending={busy} className={css.submit} data-testid="sign-in">
            {t("sign_in.submit")}
          </Button>
        </Form>
      </main>
      <footer className={css.foot}>{t("sign_in.foot")}</footer>
    </div>
  );
}
