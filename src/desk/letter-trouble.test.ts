import { describe, expect, it } from 'vitest';
import { troubleInWords, whatToDo } from './letter-trouble.ts';

describe('what went wrong with a letter, for staff', () => {
  it.each([
    ['the body was begun and no answer came: connection closed', '受領の返事がない'],
    ['the sender died after the body was begun: nobody knows whether it arrived', 'プログラムが停止'],
    ['the relay mx.example.jp:587 refused the login with 535: check relay.user', 'relay.passwordFile'],
    ['the relay mx.example.jp:587 could not be logged in to: check relay.user', 'ログインできません'],
    [
      'no encrypted connection to the relay mx.example.jp:25: check relay.tls (certificate has expired)',
      '証明書',
    ],
    ['relay mx.example.jp:25: 421 too busy', '一時的'],
    ['relay mx.example.jp:25: connect ECONNREFUSED', '接続できません'],
    ['450 4.2.0 greylisted', '一時的'],
    ['550 5.1.1 no such user', '拒否しました'],
    ['mail to this address bounced for good', '不達'],
    ['could not be worded: template answer.liquid:3', '文面を作成できません'],
  ])('%s', (reason, expected) => {
    expect(troubleInWords(reason)).toContain(expected);
    // Sentences are joined and ended by whoever shows them.
    expect(troubleInWords(reason)).not.toMatch(/。$/);
  });

  it('a letter given up after days tells how long, how often, and the last reason', () => {
    const words = troubleInWords(
      'not handed over in 31 attempts on 5 business days: relay mx.example.jp:25: connect ECONNREFUSED',
    );
    expect(words).toContain('5営業日');
    expect(words).toContain('31回');
    expect(words).toContain('接続できません');
  });

  it.each(['something nobody foresaw', '', '250 queued'])(
    'what is not known is not guessed: "%s"',
    (reason) => {
      expect(troubleInWords(reason)).toBeNull();
    },
  );

  it('names the command only where it works', () => {
    expect(whatToDo({ id: 7, state: 'uncertain' }).join()).toMatch(
      /settle 7 --delivered.*retry 7.*--undelivered/,
    );
    expect(whatToDo({ id: 7, state: 'failed' }).join()).toContain('retry 7');
    for (const state of ['queued', 'sending', 'sent', 'cancelled', 'held'] as const)
      expect(whatToDo({ id: 7, state })).toEqual([]);
  });
});
