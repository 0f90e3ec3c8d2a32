/** Fast tests need only Node; tests in __tests__/live run real programs and are started by `npm run test:live`. */
module.exports = {
  testEnvironment: "node",
  // The tests are bound by the processor, and jest leaves one idle by itself.
  maxWorkers: "100%",
  // Property tests take seconds where the machine is busy with something else.
  testTimeout: 30_000,
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/__tests__/live/"],
  setupFilesAfterEnv: ["<rootDir>/jest.setup.js"],
  transform: { "\\.ts$": ["ts-jest", { tsconfig: "<rootDir>/__tests__/tsconfig.json" }] },
};
