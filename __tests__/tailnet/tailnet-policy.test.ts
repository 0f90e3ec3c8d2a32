import { TailnetPolicy } from "../../lib/tailnet/tailnet-policy";
import { useNull } from "../../lib/docker/provider";
import { synthesize } from "../synth";

const synthPolicy = (snippet: string) =>
  Object.values(
    synthesize((stack) => {
      useNull(stack);
      new TailnetPolicy(stack, "policy", { snippet, file: "cdktf.out/review/tailnet-policy.hujson", headscale: false });
    }).resources("null_resource"),
  );

test("says at each change of our lines that they are not applied, and where they are", () => {
  const [one] = synthPolicy("{}");
  expect(one.provisioner[0]["local-exec"].command).toMatch(/NOT applied.*cdktf\.out\/review\/tailnet-policy\.hujson/);
  expect(one.triggers.policy).not.toBe(synthPolicy("{ }")[0].triggers.policy);
  expect(one.triggers.policy).toBe(synthPolicy("{}")[0].triggers.policy);
});
