import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DOCUMENTS, replaced, writeDocuments } from "../lib/docs";

const ROOT = join(__dirname, "..");

test.each(DOCUMENTS.map((document) => [document.path, document] as const))("%s is what the code makes of it", (path, { content }) => {
  const current = existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "";
  if (content(current) !== current) throw new Error(`${path} differs from what the code makes; run npm run docs, and commit what it wrote`);
});

describe("replaced", () => {
  const text = "# Title\n<!-- made by npm run docs: x -->\nold\n<!-- end: x -->\nby hand\n";
  const fresh = "# Title\n<!-- made by npm run docs: x -->\n\nnew $& $1\n\n<!-- end: x -->\nby hand\n";

  test("changes what is between its marks, and a second time nothing", () => {
    expect(replaced(text, "x", "new $& $1")).toBe(fresh);
    expect(replaced(fresh, "x", "new $& $1")).toBe(fresh);
  });

  test.each(["", "<!-- end: x -->", "<!-- end: x --><!-- made by npm run docs: x -->", text.replace("end: x", "end: y")])("fails without the marks: %j", (broken) => {
    expect(() => replaced(broken, "x", "new")).toThrow("<!-- made by npm run docs: x -->");
  });
});

test("writes what differs, and only that", () => {
  const root = mkdtempSync(join(tmpdir(), "tailwart-docs-"));
  try {
    for (const { path } of DOCUMENTS) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path)) : "");
    }
    writeFileSync(join(root, ".env.example"), "stale");
    expect(writeDocuments(root)).toContain(".env.example");
    expect(readFileSync(join(root, ".env.example"), "utf8")).toBe(DOCUMENTS[0].content(""));
    expect(writeDocuments(root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
