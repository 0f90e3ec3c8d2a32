import { spawn } from "node:child_process";
import { once } from "node:events";
import { compiled } from "./compiled";

const program = compiled(["pipe.ts"]);

/** Writes twenty lines, then a word on standard error, and ends with 3. */
const TALKER = `
  let count = 0;
  const timer = setInterval(() => {
    process.stdout.write("a line\\n");
    if (++count < 20) return;
    clearInterval(timer);
    process.stderr.write("at its end");
    process.exitCode = 3;
  }, 5);
`;

/** What comes of it when its reader leaves after the first line, as head does. */
async function unread(prelude: string): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, ["-e", `${prelude}${TALKER}`]);
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = (await once(child, "close")) as [number];
  return { code, stderr };
}

describe("a reader that leaves early", () => {
  const leaving = (work: string): string => `require(${JSON.stringify(program("pipe.js"))}).readerMayLeave("${work}");`;

  test("ends a command that only looks, without a word", async () => {
    expect(await unread(leaving("look"))).toEqual({ code: 0, stderr: "" });
  });
  test("does not stop a command that changes something", async () => {
    expect(await unread(leaving("change"))).toEqual({ code: 3, stderr: "at its end" });
  });
  test("fails with a trace where a program does not ask for it", async () => {
    const { code, stderr } = await unread("");
    expect(code).toBe(1);
    expect(stderr).toContain("EPIPE");
  });
});
