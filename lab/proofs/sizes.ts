import { lastLine } from "../../lib/site/run";
import { MAIL_HOST, OUT } from "../addresses";
import { SENDER, expect, type Bench } from "../bench";
import type { Proof } from "./proof";

async function whole(bench: Bench, bytes: number): Promise<string> {
  const begun = Date.now();
  const { token, file, message } = await bench.compose(SENDER, bench.admin.address, bytes);
  const { status, stderr } = await bench.curl(["--mail-from", SENDER, "--mail-rcpt", bench.admin.address, "--ssl-reqd", `smtp://${MAIL_HOST}:${bench.line("smtp")?.port}/${OUT.host}`], { file });
  expect(status === 0, `${bytes} bytes: ${lastLine(stderr)}`);
  const got = await bench.received(token, 90);
  const body = (text: string): string => text.slice(text.search(/\r\n\r\n/)).trimEnd();
  expect(body(got) === body(message), `${bytes} bytes: the body that was read back has ${body(got).length} bytes instead of ${body(message).length}, or others`);
  return `${(message.length / 1_000_000).toFixed(1)} MB in ${((Date.now() - begun) / 1000).toFixed(1)} s`;
}

export const sizes: Proof = {
  name: "sizes",
  promise: "a message over 64 KB and one over 20 MB arrive whole",
  prove: async (bench) => ({ seen: [await whole(bench, 80_000), await whole(bench, 21_000_000)].join(", ") }),
};
