/** What the world's image has: mail server with login, name server, mail clients, TLS. Debian packages. */
export const WORLD_PACKAGES = ["postfix", "sasl2-bin", "libsasl2-modules", "libsasl2-modules-db", "nsd", "swaks", "libnet-ssleay-perl", "libio-socket-inet6-perl", "curl", "openssl", "netcat-openbsd", "iproute2", "procps"];

/** Users and folders that the packages' own scripts would have made. */
export const WORLD_USERS = {
  users: ["postfix:x:110:110::/var/spool/postfix:/usr/sbin/nologin", "vmail:x:5000:5000::/var/mail:/usr/sbin/nologin"],
  groups: ["postfix:x:110:", "postdrop:x:111:", "vmail:x:5000:"],
  folders: [
    { path: "/var/mail/remote", mode: "0700", owner: "5000:5000" },
    { path: "/var/lib/postfix", mode: "0755", owner: "110:110" },
    { path: "/zones", mode: "0755" },
  ],
} as const;

/** The same from Debian's official image, where a registry can be reached. */
export const WORLD_DOCKERFILE = `FROM debian:12.11-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${WORLD_PACKAGES.join(" ")} && rm -rf /var/lib/apt/lists/* /etc/postfix/main.cf \\
 && useradd -u 5000 -d /var/mail vmail && mkdir -p /var/mail/remote /zones && chown 5000:5000 /var/mail/remote && chmod 700 /var/mail/remote
CMD ["/bin/sh"]
`;
