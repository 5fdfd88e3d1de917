/** An answer composed of the facts of a sample, with what a test changes. */
import { readdirSync, readFileSync } from 'node:fs';
import { type AnswerFacts, composeAnswer } from '../src/reply/answer.ts';
import { parseTemplates } from '../src/reply/template.ts';

export const folder = new URL('../templates/', import.meta.url);
export const parsed = parseTemplates(
  readdirSync(folder).map((fileName) => ({
    fileName,
    text: readFileSync(new URL(fileName, folder), 'utf8'),
  })),
);
if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
export const { templates } = parsed;

export const FACTS: AnswerFacts = {
  ref: 'R-20261218-0001',
  receivedAt: '2026年12月18日(金) 10:15',
  desk: { name: 'ChatLuck サポート窓口', mail: 'cltech@support.example.jp' },
  closureNotice: null,
  addressee: '例示商事株式会社\n山田 太郎 様',
  subject: '起動しない',
  question: '起動しません。\n原因を教えてください。',
  endCustomer: null,
  staff: { name: '佐藤 花子', signature: null },
  text: '設定をご確認ください。',
  settings: {},
  answeredOn: null,
  reopenUntil: '2027年1月17日(日)',
};

export function answered(change: Partial<AnswerFacts> = {}, name: string | null = null) {
  const answer = composeAnswer(templates, name, { ...FACTS, ...change });
  if (answer.kind === 'problems') throw new Error(JSON.stringify(answer.problems));
  return answer;
}
export const bodyOf = (text: string) => answered({ text }).body;
export const count = (text: string, piece: string | RegExp) => text.split(piece).length - 1;
export const problems = (change: Partial<AnswerFacts>, name: string | null = null) => {
  const answer = composeAnswer(templates, name, { ...FACTS, ...change });
  return answer.kind === 'problems' ? answer.problems.map(({ kind, text }) => `${kind}: ${text}`) : [];
};

export const CLOSURE = {
  name: '年末年始休暇',
  from: '2026年12月29日(火)',
  to: '2027年1月4日(月)',
  reopens: '2027年1月5日(火) 9:00',
};
export const DESK = { ...FACTS.desk, fax: '03-0000-0001', tel: '03-0000-0002' };
