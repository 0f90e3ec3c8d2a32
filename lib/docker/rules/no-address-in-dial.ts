import { dialedAddresses } from "./dial";
import type { DockerRule } from "./rule";
import { contentOf } from "./texts";

export const noAddressInDial: DockerRule = {
  name: "no-address-in-dial",
  why: "an ephemeral node registered again and got a new address, and the edge that held the old one said `network is unreachable`",
  container: ({ attributes: { upload } }) =>
    upload.flatMap((one) =>
      dialedAddresses(contentOf(one)).map(
        (target) =>
          `upload ${one.file} dials ${target}; a node's address changes, so only names and loopback are allowed; write its MagicDNS name, as in stalwart.tail1a2b3c.ts.net`,
      ),
    ),
};
