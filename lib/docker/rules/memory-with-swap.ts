import type { DockerRule } from "./rule";

export const memoryWithSwap: DockerRule = {
  name: "memory-with-swap",
  why: "the engine sets swap to twice the memory by itself, and every plan then wanted to take it away",
  container: ({ attributes: { memory, memory_swap } }) =>
    memory !== undefined && memory_swap === undefined
      ? [
          `memory is ${memory} and memorySwap is not set; both or neither; write memorySwap: ${memory} for no swap, or -1 for as much as there is`,
        ]
      : [],
};
