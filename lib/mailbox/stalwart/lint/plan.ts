import { isIP } from "node:net";
import type { Registry, TypeName } from "../objects";
import type { PlanFile } from "../request";

/** A plan's objects by type, as the server will have them. */
export class Plan {
  constructor(readonly files: readonly PlanFile[]) {}

  /** every value that is created or updated, with the file it is in */
  values<T extends TypeName>(type: T): { readonly file: string; readonly value: Partial<Registry[T]> }[] {
    return this.files.flatMap(({ name, request }) =>
      request.methodCalls
        .filter(([method]) => method === `x:${type}/set`)
        .flatMap(([, args]) => [...Object.values(args.create ?? {}), ...Object.values(args.update ?? {})])
        .map((value) => ({ file: name, value: value as Partial<Registry[T]> })),
    );
  }
}

/** A member of a trust set or the allow-list that is exactly one host. */
export const isOneHost = (member: string): boolean => {
  const [address, mask] = member.split("/");
  return isIP(address) !== 0 && (mask === undefined || mask === (isIP(address) === 4 ? "32" : "128"));
};
