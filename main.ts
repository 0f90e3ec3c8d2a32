import { runApp } from "./lib/app";

process.exitCode = runApp(process.cwd(), process.env);
