import { reportMistakes, type Output } from "../../app";
import { refuseIfAny } from "../../errors";
import { readerMayLeave } from "../../pipe";
import { projectOf } from "../../site/project";
import { secretValue } from "../../site/secret-value";
import { checkLines, type Check } from "./check";
import { postgresChecks } from "./postgres";
import { redisChecks } from "./redis";
import { s3Checks } from "./s3";
import { adminWayTo, mailboxWay, wayTo } from "./ways";

/**
 * `npm run backends`: makes what external backends lack, where an administrator's secret is given, and tries every
 * credential as the mail server will use it.
 * @returns the exit code: 0, or 1 when something failed
 */
export async function prepareBackends(project: string, environment: NodeJS.ProcessEnv, output: Output = process): Promise<number> {
  const { deployment } = projectOf(project, environment);
  const { postgres, redis, s3, admin } = deployment.backends;
  refuseIfAny(deployment.examples.filter((text) => text.startsWith("TS_TAILNET=")).map((text) => `${text}: this is the example's value; write your own`));
  const secret = (name: Parameters<typeof secretValue>[2]): string => secretValue(deployment, project, name);
  const mailbox = await mailboxWay(deployment, environment);
  let failed = 0;
  const show = (checks: readonly Check[]): void => {
    failed += checks.filter(({ state }) => state === "fail").length;
    for (const line of checks.flatMap(checkLines)) output.stdout.write(`${line}\n`);
  };
  show(
    await postgresChecks({
      way: await wayTo(postgres.host, mailbox),
      site: postgres,
      password: secret("STALWART_DB_PASSWORD"),
      admin: admin.postgresUser === undefined ? undefined : { user: admin.postgresUser, password: secret("DB_ADMIN_PASSWORD") },
    }),
  );
  if (redis) show(await redisChecks({ way: await wayTo(redis.host, mailbox), site: redis, password: secret("STALWART_REDIS_PASSWORD") }));
  if (s3)
    show(
      await s3Checks({
        way: await wayTo(s3.host, mailbox),
        site: s3,
        key: { id: secret("STALWART_S3_ACCESS_KEY"), secret: secret("STALWART_S3_SECRET_KEY") },
        admin: admin.garagePort === undefined ? undefined : { way: await adminWayTo(s3.host, mailbox), port: admin.garagePort, token: secret("GARAGE_ADMIN_TOKEN") },
      }),
    );
  return failed > 0 ? 1 : 0;
}

if (require.main === module) {
  readerMayLeave("change");
  void prepareBackends(process.cwd(), process.env)
    .catch((error: unknown) => reportMistakes(error, process, "nothing was tried"))
    .then((status) => {
      process.exitCode = status;
    });
}
