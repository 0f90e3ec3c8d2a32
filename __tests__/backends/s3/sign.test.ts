import { s3Target, signS3 } from "../../../lib/backends/s3/sign";

// AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", its examples.
const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const NOW = new Date("2013-05-24T00:00:00Z");
const host = "examplebucket.s3.amazonaws.com";
const signature = (headers: Record<string, string>): string => headers.authorization.split("Signature=")[1];

test("signs AWS's example of a GET with a range", () => {
  const headers = signS3({ method: "GET", host, path: "/test.txt", headers: { range: "bytes=0-9" } }, "us-east-1", KEY, NOW);
  expect(headers.authorization).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
});

test("signs AWS's example of a PUT, whose name has a sign in it", () => {
  const headers = { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" };
  const body = Buffer.from("Welcome to Amazon S3.");
  expect(signature(signS3({ method: "PUT", host, path: "/test$file.text", headers, body }, "us-east-1", KEY, NOW))).toBe("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
});

test("signs AWS's example of a list", () => {
  const request = { method: "GET", host, path: "/", query: { prefix: "J", "max-keys": "2" } } as const;
  expect(signature(signS3(request, "us-east-1", KEY, NOW))).toBe("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
});

test("encodes what RFC 3986 does not leave free", () => {
  expect(s3Target({ path: "/b/a b+c/(ü)", query: { z: "1/2", a: "'" } })).toEqual({ path: "/b/a%20b%2Bc/%28%C3%BC%29", query: "a=%27&z=1%2F2" });
});
