import { describe, expect, it, test } from 'vitest';
import { REQUIRED_TEMPLATES } from './slots.ts';
import { parseTemplate, parseTemplates, renderTemplate, type Template } from './template.ts';

const FRONT = '---\nname: neutral\nsubject: "[{{ ref }}] 受信"\nchannel: mail\nkind: neutral\n---\n';
const SLOTS = {
  ref: 'R-20260924-0001',
  received_at: '2026年9月24日(木) 9:00',
  desk_name: '窓口',
  desk_signature: '署名',
  closure_notice: '',
};

/** Front matter of an answer with one line more, its sixth. */
const answer = (line: string, body = '{{ answer }}') =>
  `${FRONT.replace('kind: neutral\n', `kind: answer\n${line}\n`)}${body}\n`;

function parsed(text: string): Template {
  const result = parseTemplate('t.liquid', text);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.template;
}

describe('a template', () => {
  it('is filled; a line that holds one tag leaves no empty line', () => {
    const template = parsed(
      `${FRONT}\n{{ ref }}\n  {% if closure_notice != "" %}\nX\n{% else %}\nY\n{%- endif -%}\nZ\n`,
    );
    expect(renderTemplate(template, SLOTS)).toEqual({
      subject: '[R-20260924-0001] 受信',
      body: 'R-20260924-0001\nY\nZ\n',
    });
  });

  it('puts data in once: what looks like a template stays text', () => {
    const hostile = '{{ desk_signature }} {% if x %} $' + '{x} <%= x %> {{ticket}}';
    const { subject, body } = renderTemplate(parsed(`${FRONT}{{ ref }}\n`), { ...SLOTS, ref: hostile });
    expect(subject).toBe(`[${hostile}] 受信`);
    expect(body).toBe(`${hostile}\n`);
  });

  it('keeps its subject on one line', () => {
    const { subject } = renderTemplate(parsed(FRONT), {
      ...SLOTS,
      ref: 'a\r\nBcc: x@example.jp\u2028b\u0000c',
    });
    expect(subject).toBe('[a Bcc: x@example.jp b c] 受信');
  });

  it('is not filled while a slot is missing', () => {
    const { ref: _ref, ...rest } = SLOTS;
    expect(() => renderTemplate(parsed(FRONT), rest)).toThrow(/ref/);
  });

  it('counts lines the same with CRLF and a byte order mark', () => {
    const result = parseTemplate('t.liquid', `\ufeff${FRONT}\n{{ x }}\n`.replace(/\n/g, '\r\n'));
    expect(result).toMatchObject({ problems: [{ line: 8 }] });
  });
});

describe('a bad template is refused with file and line', () => {
  test.each([
    ['an unknown slot', `${FRONT}a\n\n{{ customer }}\n`, 9, /unknown slot customer/],
    ['a slot of another kind', `${FRONT}{{ subject }}\n`, 7, /unknown slot subject for kind neutral/],
    ['an unknown slot in a condition', `${FRONT}{% if number %}\n{% endif %}`, 7, /unknown slot number/],
    ['a property of a slot', `${FRONT}{{ ref.constructor }}`, 7, /unknown slot ref/],
    ['an unknown slot in the subject', FRONT.replace('ref', 'subject'), 3, /unknown slot subject/],
    ['a broken subject', FRONT.replace('ref }}', 'ref'), 3, /not closed/],
    ['an unclosed slot', `${FRONT}\n\na {{ ref\n`, 9, /not closed/],
    ['an unclosed block', `${FRONT}\n{% if ref %}\na`, 8, /not closed/],
    ['an unknown filter', `${FRONT}\n{{ ref | upcase }}`, 8, /undefined filter/],
    ['a tag that reads files', `${FRONT}\n\n\n{% include 'x' %}`, 10, /tag "include" not found/],
    ['another', `${FRONT}{% render '../../etc/passwd' %}`, 7, /tag "render" not found/],
    ['another', `${FRONT}{% layout 'x' %}`, 7, /tag "layout" not found/],
    ['an unknown key', FRONT.replace('channel', 'to: x\nchannel'), 4, /unknown key to/],
    ['a missing key', FRONT.replace('channel: mail\n', ''), 1, /channel is missing/],
    ['an empty key', FRONT.replace('name: neutral', 'name:'), 2, /name must be text/],
    ['a wrong channel', FRONT.replace('mail', 'pigeon'), 4, /channel must be/],
    ['a wrong kind', FRONT.replace('kind: neutral', 'kind: __proto__'), 5, /kind must be/],
    ['a key twice', FRONT.replace('channel', 'name: b\nchannel'), 4, /unique/],
    ['broken YAML', FRONT.replace('name: neutral', 'name: [a'), 3, /./],
    ['a list for front matter', '---\n- a\n---\n', 2, /unknown key 0/],
    ['no front matter', 'お客様\n', 1, /front matter/],
    ['front matter without end', '---\nname: x\n', 1, /front matter/],
    ['executable front matter', '---js\nprocess.exit()\n---\n', 1, /front matter/],
    [
      'titles of a letter staff do not choose',
      FRONT.replace('channel', 'titles: [a]\nchannel'),
      4,
      /unknown key titles/,
    ],
    ['titles that are text', answer('titles: パッチ'), 6, /titles must be a list/],
    ['no titles', answer('titles: []'), 6, /titles must name one/],
    ['settings that are a map', answer('settings: {patch: x}'), 6, /settings must be a list/],
    ['a setting with a strange name', answer('settings: [Patch]'), 6, /setting Patch must/],
    ['a setting named like a slot', answer('settings: [subject]'), 6, /setting subject must/],
    ['a setting named like a slot, optional', answer('settings: ["subject?"]'), 6, /setting subject\? must/],
    ['a setting twice', answer('settings: [a, "a?"]'), 6, /listed twice/],
    ['a setting nobody uses', answer('settings: [patch]'), 0, /slot patch is not used/],
    ['text neither required nor optional', answer('text: never'), 6, /text must be/],
    ['an answer without the words of staff', answer('text: optional', 'a'), 0, /slot answer is not used/],
    [
      'an answer without a reference',
      answer('text: optional').replace('[{{ ref }}]', ''),
      3,
      /subject must hold ref/,
    ],
    [
      'a setting that is not declared',
      answer('settings: [patch]', '{{ answer }}{{ patch }}{{ url }}'),
      8,
      /unknown slot url/,
    ],
    ['a text beyond all measure', FRONT + 'x'.repeat(200_000), 0, /length/],
  ])('%s', (_what, text, line, message) => {
    const result = parseTemplate('t.liquid', text);
    if (result.kind !== 'problems') throw new Error('was taken');
    expect(result.problems[0]).toEqual({ file: 't.liquid', line, message: expect.stringMatching(message) });
  });

  it('stops a loop without end', () => {
    const endless = `${FRONT}{% for a in (1..100000) %}{% for b in (1..100000) %}{% endfor %}{% endfor %}`;
    expect(() => renderTemplate(parsed(endless), SLOTS)).toThrow(/limit/);
  });
});

describe('all templates of a desk', () => {
  const file = (name: string, kind: string) => ({
    fileName: `${name}.liquid`,
    text:
      FRONT.replace('name: neutral', `name: ${name}`)
        .replace('kind: neutral', `kind: ${kind}`)
        .replace('[{{ ref }}]', kind === 'digest' ? '' : '[{{ ref }}]') +
      (kind === 'answer' ? '{{ answer }}\n' : ''),
  });
  const all = Object.entries(REQUIRED_TEMPLATES).map(([name, kind]) => file(name, kind));

  it('are read by name', () => {
    const result = parseTemplates(all);
    expect(result.kind === 'templates' && [...result.templates.keys()]).toEqual(
      Object.keys(REQUIRED_TEMPLATES),
    );
  });

  it('miss one, have one twice, have one of the wrong kind: every problem is told', () => {
    const files = [
      ...all.slice(2),
      file('neutral', 'neutral'),
      file(all[1]!.fileName.slice(0, -7), 'neutral'),
    ];
    expect(parseTemplates(files)).toEqual({
      kind: 'problems',
      problems: [
        { file: 'neutral.liquid', line: 0, message: 'name neutral is taken by neutral.liquid' },
        { file: 'acknowledgement.liquid', line: 0, message: 'required template is missing' },
        { file: 'acknowledgement-after-hours.liquid', line: 0, message: 'kind must be acknowledgement' },
      ],
    });
  });

  it('have titles of their own, whatever the width and the prolonged sounds', () => {
    const one = {
      fileName: 'a.liquid',
      text: answer('titles: [サーバー変更]').replace('name: neutral', 'name: a'),
    };
    const two = {
      fileName: 'b.liquid',
      text: answer('titles: [ｻｰﾊﾞ変更]').replace('name: neutral', 'name: b'),
    };
    const result = parseTemplates([...all, one, two]);
    expect(result.kind === 'problems' && result.problems.map(({ message }) => message)).toEqual([
      'title ｻｰﾊﾞ変更 is taken by a.liquid',
    ]);
  });

  it('tell a broken one once, not as missing too', () => {
    const broken = { fileName: all[0]!.fileName, text: `${all[0]!.text}{{ x }}` };
    const result = parseTemplates([broken, ...all.slice(1)]);
    expect(result.kind === 'problems' && result.problems.map(({ line }) => line)).toEqual([7]);
  });
});
