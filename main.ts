import { runApp } from "./lib/app";
import { readerMayLeave } from "./lib/pipe";

readerMayLeave("look");
process.exitCode = runApp(process.cwd(), process.env);
