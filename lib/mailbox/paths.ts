/** Where things lie in a mail server's container. Scripts take every place from their environment, so that tests can move them. */
export const HOME = "/opt/tailwart";

/** Certificate files of `MAIL_TLS_CERT_FILE` and `MAIL_TLS_KEY_FILE`; apart from the secrets, which the start script reads line by line. */
export const TLS_CHAIN = "/run/tls/fullchain.pem";
export const TLS_KEY = "/run/tls/privkey.pem";
