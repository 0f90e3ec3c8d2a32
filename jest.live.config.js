/** Tests that run real programs, some in network namespaces (Linux, root): one after the other, with time to start servers. */
module.exports = {
  ...require("./jest.config.js"),
  testMatch: ["<rootDir>/__tests__/live/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  testTimeout: 60_000,
};
