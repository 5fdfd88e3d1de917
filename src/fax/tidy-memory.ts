/**
 * Page-sized buffers lie outside V8's heap, which does not feel their weight: a child that reads faxes would keep
 * hundreds of megabytes it no longer needs. So it collects after each job, while nobody waits.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Runs the work, and collects once its result has left. */
export function tidily<Job, Result>(work: (job: Job) => Promise<Result>): (job: Job) => Promise<Result> {
  return async (job) => {
    const result = await work(job);
    setTimeout(collect, 0);
    return result;
  };
}
