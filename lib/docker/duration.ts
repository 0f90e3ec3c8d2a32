/**
 * Seconds as Go prints a duration (`1m30s`, `2h0m0s`). The docker provider compares durations as text with what the
 * engine returns, so `90s` would show a change on every plan.
 */
export function goDuration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${rest}s`;
}
