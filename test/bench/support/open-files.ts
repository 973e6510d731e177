/** Throws when this process, and so those it starts, may not have so many files and sockets open. */
export function needOpenFiles(count: number): void {
  const report = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | string } };
  };
  const { soft } = report.userLimits.open_files;
  if (soft === 'unlimited' || Number(soft) >= count) return;
  throw new Error(
    `this needs ${count} open files, and a process may have ${soft} here. Raise it with: ulimit -n ${count}`,
  );
}
