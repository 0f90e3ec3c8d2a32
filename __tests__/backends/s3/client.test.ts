import { listPage } from "../../../lib/backends/s3/client";

const page = (more: string): string =>
  `<?xml version="1.0"?><ListBucketResult><Name>b</Name>${more}<Contents><Key>a%20b%2Bc+d</Key><LastModified>x</LastModified><Size>12</Size></Contents><Contents><Key>%3C1</Key><Size>0</Size></Contents></ListBucketResult>`;

test("reads names and sizes", () => {
  expect(listPage(page("<IsTruncated>false</IsTruncated>"))).toEqual({ objects: [{ key: "a b+c d", size: 12 }, { key: "<1", size: 0 }], next: undefined });
});

test("goes on where the page is not the last", () => {
  expect(listPage(page("<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b==</NextContinuationToken>")).next).toBe("a&b==");
});

test("an empty bucket has nothing", () => {
  expect(listPage("<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>").objects).toEqual([]);
});
