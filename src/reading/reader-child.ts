/** Entry of the killable child (spec 2.2): reads one mail at a time, ends when the parent does. Holds no state. */
import { readMail } from './mail.ts';

process.on('disconnect', () => process.exit(0));
// The parent decides when the child ends; Ctrl-C in a terminal reaches the whole group.
process.on('SIGINT', () => undefined);

process.on('message', (message: { readonly id: number; readonly raw: Uint8Array }) => {
  readMail(Buffer.from(message.raw.buffer, message.raw.byteOffset, message.raw.byteLength)).then(
    (reading) => process.send?.({ id: message.id, reading }),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
});
