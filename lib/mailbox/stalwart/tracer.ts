import { planFile, replaceAll, type PlanFile } from "./request";

/** Without it Stalwart logs into a file inside the container, and the container's log stays empty. */
export const tracerFiles = (): PlanFile[] => [
  planFile("65-tracer", ...replaceAll("Tracer", { stdout: { "@type": "Stdout", enable: true, level: "info", ansi: false, buffered: true } })),
];
