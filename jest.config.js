/** Fast tests need only Node; tests in __tests__/live run real programs and are started by `npm run test:live`. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/__tests__/live/"],
  setupFilesAfterEnv: ["<rootDir>/jest.setup.js"],
  transform: { "\\.ts$": ["ts-jest", { tsconfig: "<rootDir>/__tests__/tsconfig.json" }] },
};
