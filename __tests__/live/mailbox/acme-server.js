/**
 * A certificate authority as far as making an account goes (RFC 8555 sections 7.1 to 7.3); orders get no answer. It prints each
 * request. Arguments: base URL, files with key and certificate.
 */
const { readFileSync } = require("node:fs");
const [base, key, cert] = process.argv.slice(2);
let accounts = 0;

require("node:https")
  .createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, answer) => {
    console.log(`${request.method} ${request.url}`);
    answer.setHeader("replay-nonce", "bm9uY2U");
    if (request.url === "/directory") return void answer.end(JSON.stringify({ newNonce: `${base}/nonce`, newAccount: `${base}/account`, newOrder: `${base}/order` }));
    if (request.url === "/account") return void answer.writeHead(201, { location: `${base}/account/${++accounts}` }).end('{"status":"valid"}');
    answer.writeHead(request.url === "/nonce" ? 200 : 403).end("{}");
  })
  .listen(Number(new URL(base).port), "127.0.0.1");
