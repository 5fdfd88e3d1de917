/** Which answer template a word of staff means: its name, its file, or one of its Japanese titles. */
import { nearest } from './directive-words.ts';
import type { FrontMatter } from './front-matter.ts';

type Named = Pick<FrontMatter, 'kind' | 'name' | 'titles'>;

const NEAR_MAX = 3;
const WORD_CHARACTERS_MAX = 100;

/** The answer template of that name, or the titles of those it may have meant. A part of a name never chooses. */
export function findAnswerTemplate<One extends Named>(
  templates: ReadonlyMap<string, One>,
  word: string,
):
  | { readonly kind: 'found'; readonly template: One }
  | { readonly kind: 'unknown'; readonly near: readonly string[] } {
  const answers = [...templates.values()].filter(({ kind }) => kind === 'answer');
  const template = answers.find((one) => calls(one, word));
  if (template !== undefined) return { kind: 'found', template };
  const wanted = folded(word);
  const holds = answers.filter((one) =>
    namesOf(one).some((name) => wanted !== '' && (name.includes(wanted) || wanted.includes(name))),
  );
  const slip = nearest(wanted, answers.flatMap(namesOf));
  const slipped = answers.filter((one) => slip !== null && calls(one, slip));
  return { kind: 'unknown', near: [...new Set([...slipped, ...holds])].slice(0, NEAR_MAX).map(titleOf) };
}

/** Whether the word calls this template. */
export function calls(template: Named, word: string): boolean {
  return namesOf(template).includes(folded(word));
}

/** The name shown to staff. */
export function titleOf({ titles, name }: Named): string {
  return titles[0] ?? name;
}

function namesOf({ kind, name, titles }: Named): readonly string[] {
  const short = kind === 'answer' ? name.replace(/^answer-/, '') : name;
  return [...new Set([name, short, ...titles].map(folded))];
}

/** サーバー and サーバ, `version-up` and `Version Up`, and the file's ending make no difference. */
function folded(word: string): string {
  return word
    .slice(0, WORD_CHARACTERS_MAX)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\.liquid$/, '')
    .replace(/[\s\p{Cf}ー・_-]/gu, '');
}
