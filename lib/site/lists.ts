/** Terraform's JSON takes one block or a list of them. */
export const asList = <T>(value: unknown): T[] => (value === undefined || value === null ? [] : ((Array.isArray(value) ? value : [value]) as T[]));
