/**
 * `warm-program.mjs MAIN`: the built program for one command after the other, each as `node MAIN ARGUMENTS` would run it in
 * that folder and environment. What the modules loaded stays; `left` names what a command left open, and what a
 * process of its own would have waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [, , main] = process.argv;
const patienceMs = 5_000;
process.stdout.setMaxListeners(0);

function listen(stream) {
  const said = [];
  stream.write = (text, encoding, done) => {
    said.push(String(text));
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  return said;
}
const [out, err] = [process.stdout, process.stderr].map(listen);
const taken = (said) => said.splice(0).join('');

/** What keeps the process alive beside what kept it before. */
async function left(before) {
  for (const end = performance.now() + patienceMs; ; await sleep(5)) {
    const kept = [...before];
    const more = process.getActiveResourcesInfo().filter((name) => {
      const at = kept.indexOf(name);
      if (at >= 0) kept.splice(at, 1);
      return at < 0;
    });
    if (more.length === 0 || performance.now() > end) return more;
  }
}

let serial = 0;
process.on('message', async ({ args, env, cwd }) => {
  process.argv = [process.execPath, main, ...args];
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.exitCode = undefined;
  const before = process.getActiveResourcesInfo();
  serial += 1;
  await import(`${pathToFileURL(main)}?${serial}`);
  const open = await left(before);
  process.send({ code: process.exitCode ?? 0, out: taken(out), err: taken(err), left: open });
});
