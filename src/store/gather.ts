/**
 * Questions asked in one turn of the event loop become one statement: what several messages are looked up by at the
 * same time costs one way to the database and not one each.
 */
import type { Knex } from 'knex';

/** `answer` gets all that was asked together, and answers in that order. */
export function gathered<Question, Answer>(
  answer: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  let asked: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] =
    [];
  const ask = async () => {
    const all = asked;
    asked = [];
    try {
      const answers = await answer(all.map(({ question }) => question));
      for (const [index, { resolve }] of all.entries()) resolve(answers[index]!);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (asked.push({ question, resolve, reject }) === 1) setImmediate(() => void ask());
    });
}

/**
 * Rows of values as a table: columns `column1`, `column2`, … as both databases name them. The first is a whole number
 * (an id, or the place of a question), the others are text; `types` says otherwise by column.
 */
export function values(
  q: Knex,
  rows: readonly (readonly (string | number | null)[])[],
  types: Readonly<Record<number, 'bigint'>> = {},
): Knex.Raw {
  const typeOf = (column: number) => (column === 0 ? 'bigint' : (types[column] ?? 'text'));
  const row = (one: readonly unknown[]) =>
    `(${one.map((_, column) => `cast(? as ${typeOf(column)})`).join()})`;
  return q.raw(`(values ${rows.map(row).join()})`, rows.flat() as Knex.RawBinding[]);
}
