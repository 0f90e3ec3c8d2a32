import { canonicalDurations } from "./canonical-durations";
import { capabilityPrefix } from "./capability-prefix";
import { destroyGrace } from "./destroy-grace";
import { deviceFields } from "./device-fields";
import { dockerProviderPin } from "./docker-provider-pin";
import { dropAll } from "./drop-all";
import { engineSocket } from "./engine-socket";
import { healthcheckAndProbe } from "./healthcheck-and-probe";
import { healthcheckReplaces } from "./healthcheck-replaces";
import { hostPortTwice } from "./host-port-twice";
import { imageKeepLocally } from "./image-keep-locally";
import { imagePinned } from "./image-pinned";
import { joinById } from "./join-by-id";
import { joinerOptions } from "./joiner-options";
import { logDriver } from "./log-driver";
import { mailboxNetwork } from "./mailbox-network";
import { mailboxNetworkPrivate } from "./mailbox-network-private";
import { memoryWithSwap } from "./memory-with-swap";
import { networkModeSet } from "./network-mode-set";
import { noAddressInDial } from "./no-address-in-dial";
import { noBuilder } from "./no-builder";
import { noCpus } from "./no-cpus";
import { noHostPortOnMailbox } from "./no-host-port-on-mailbox";
import { noKnownSecret } from "./no-known-secret";
import { noLogsInState } from "./no-logs-in-state";
import { noNewPrivileges } from "./no-new-privileges";
import { noNewerEngineOptions } from "./no-newer-engine-options";
import { noSecretInEnv } from "./no-secret-in-env";
import { noSecretInJson } from "./no-secret-in-json";
import { noUploadWithReadOnly } from "./no-upload-with-read-only";
import { oneShotExitCode } from "./one-shot-exit-code";
import { protectedVolume } from "./protected-volume";
import { restartPolicy } from "./restart-policy";
import type { DockerRule } from "./rule";
import { uploadSourceHash } from "./upload-source-hash";

/** The rules by what they keep safe, which is the order of docs/rules.md. */
export const RULE_GROUPS: Readonly<Record<string, readonly DockerRule[]>> = {
  "The mailbox is private": [noHostPortOnMailbox, mailboxNetwork, mailboxNetworkPrivate, noAddressInDial],
  "Secrets stay out of plan, state and inspect": [noSecretInEnv, noSecretInJson, noKnownSecret, noLogsInState, uploadSourceHash],
  "A second deploy changes nothing": [
    dockerProviderPin,
    capabilityPrefix,
    canonicalDurations,
    memoryWithSwap,
    deviceFields,
    networkModeSet,
    joinById,
    logDriver,
    healthcheckReplaces,
  ],
  "A deploy that fails takes nothing down": [
    joinerOptions,
    noUploadWithReadOnly,
    noNewerEngineOptions,
    noCpus,
    hostPortTwice,
    imageKeepLocally,
    noBuilder,
  ],
  "What runs is healthy, and comes back": [healthcheckAndProbe, oneShotExitCode, restartPolicy, destroyGrace, imagePinned, protectedVolume],
  "A broken-into container gets no further": [dropAll, noNewPrivileges, engineSocket],
};

export const ALL_RULES: readonly DockerRule[] = Object.values(RULE_GROUPS).flat();
