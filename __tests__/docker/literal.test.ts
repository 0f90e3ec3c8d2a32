import { literal } from "../../lib/docker/literal";

test("Terraform takes shell text as it is", () => {
  expect(literal("echo ${HOME} $HOME %{http_code} 100%")).toBe("echo $${HOME} $HOME %%{http_code} 100%");
});
