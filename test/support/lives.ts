/** Whether a process of this pid exists. */
export function lives(pid: number): boolean {
  // Signal 0 only asks; "no such process" is the answer "no".
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
