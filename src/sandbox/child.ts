/** The other side of `children.ts`: one job at a time, ends when the parent does. Holds no state between jobs. */

export function serve<Job, Result>(work: (job: Job) => Promise<Result>): void {
  process.on('disconnect', () => process.exit(0));
  // The parent decides when the child ends; Ctrl-C in a terminal reaches the whole group.
  process.on('SIGINT', () => undefined);
  process.on('message', (message: { readonly id: number; readonly job: Job }) => {
    work(message.job).then(
      (result) => process.send?.({ id: message.id, result }),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(70);
      },
    );
  });
}
