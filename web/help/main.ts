// The help centre's only script: shows answers while a question is typed. Without it the form does the same with Enter.
import "./help.css";
import { attach } from "./suggest.ts";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) attach(form);
