import { isLongRunning } from "./attributes";
import type { DockerRule } from "./rule";

export const oneShotExitCode: DockerRule = {
  name: "one-shot-exit-code",
  why: "a one-shot container that ended with exit code 3 applied with exit code 0",
  container: ({ attributes }) =>
    !isLongRunning(attributes) && attributes.attach && (attributes.lifecycle?.postcondition ?? []).length === 0
      ? [
          'attach is true and nothing looks at the exit code; a failed run has to fail the deploy; add lifecycle.postcondition with condition "${self.exit_code == 0}" and a message that says what to read',
        ]
      : [],
};
