/**
 * Services of the web, with what a file says as their answers; the file is read anew for each request. Arguments: address, port,
 * file, and for HTTPS files with key and certificate. Keys of the file: `<host> <path without query>`; of JMAP the method.
 */
const { readFileSync } = require("node:fs");
const [address, port, file, key, cert] = process.argv.slice(2);

function answer(request, response) {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const answers = JSON.parse(readFileSync(file, "utf8"));
    if (request.url === "/jmap") {
      const methodResponses = JSON.parse(body).methodCalls.map(([method, , id]) => [method, { list: answers[method]?.body ?? [] }, id]);
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ methodResponses, sessionState: "s" }));
    }
    const found = answers[`${request.headers.host} ${request.url.split("?")[0]}`] ?? { status: 404, body: {} };
    // Spaceship's key
    const wanted = Object.entries(found.needs ?? {});
    const refused = wanted.some(([header, value]) => request.headers[header] !== value);
    const { status, json } = refused ? found.otherwise : { status: found.status ?? 200, json: found.body };
    // Only what certspotter has after the page that somebody has already.
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(/[?&]after=/.test(request.url) ? [] : json));
  });
}

const secure = key ? { key: readFileSync(key), cert: readFileSync(cert) } : undefined;
(secure ? require("node:https").createServer(secure, answer) : require("node:http").createServer(answer)).listen(Number(port), address);
