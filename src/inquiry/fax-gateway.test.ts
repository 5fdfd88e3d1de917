import { describe, expect, it } from 'vitest';
import { faxFate, faxFiles, probableGateway, readCall } from './fax-call.ts';
import { faxAddress, gatewayOf, parseFaxGateway } from './fax-gateway.ts';

const hylafax = parseFaxGateway({ name: 'hyla', from: 'FaxMaster@fax.example.jp', layout: 'hylafax' });
const network = parseFaxGateway({ name: 'net', from: '@netfax.example.jp', subject: 'FAX' });
const call = (gateway: typeof hylafax, text: string, subject = '') => {
  const { caller, claimed, pages } = readCall({ subject, text }, gateway);
  return { caller, claimed, pages };
};

const faxrcvd = `recvq/fax000000042.tif (ftp://fax.example.jp:4559/recvq/fax000000042.tif):
          Sender: 03-9999-8888
           Pages: 3
         Quality: Fine
            Size: ISO A4
        Received: 2026:11:20 10:05:12
 Time To Receive: 1:12
     Signal Rate: 14400 bit/s
     Data Format: 2-D MMR
   Error Correct: Yes
         CallID1: 0350641328
         CallID2: KAKU
     Received On: ttyS0
          CommID: 000000042 (ftp://fax.example.jp:4559/log/c000000042)
`;

describe('HylaFAX', () => {
  it('the caller is what the network says, the sender line only what the machine claims', () => {
    expect(call(hylafax, faxrcvd)).toEqual({ caller: '0350641328', claimed: '0399998888', pages: 3 });
  });

  it('no caller ID: nobody is taken for the caller', () => {
    const text = faxrcvd.replace('CallID1: 0350641328', 'CallID1: ');
    expect(call(hylafax, text)).toMatchObject({ caller: null, claimed: '0399998888' });
    expect(call(hylafax, text, 'Fax received from "03-9999-8888"').caller).toBeNull();
  });

  it('where the operator says that the sender line is the caller, it is', () => {
    const own = parseFaxGateway({
      name: 'hyla',
      from: 'fax@example.jp',
      layout: 'hylafax',
      fields: { caller: ['Sender'] },
    });
    expect(call(own, faxrcvd).caller).toBe('0399998888');
  });
});

describe('a network-fax service', () => {
  it.each([
    ['発信元番号：03-5064-1328\n受信番号：045-000-0001\nページ数：2枚', '0350641328', 2],
    ['■発信者　０３－５０６４－１３２８\n■着信番号　０４５－０００－０００１\n■枚数　１', '0350641328', 1],
    ['【送信元】株式会社架空（03-5064-1328）\n【受信日時】2026-11-20 10:05', '0350641328', null],
    ['送信日時: 2026-11-20 10:05\n送信元FAX番号: 0350641328\n全2ページ', '0350641328', 2],
    ['FAXを受信しました。\n相手先番号 : +81 3 5064 1328\nPages: 12', '0350641328', 12],
    ['Caller ID: 0350641328\nPages: 1', '0350641328', 1],
    ['発信元: 非通知\n着信番号: 045-000-0001\nページ数: 1', null, 1],
    ['送信先番号: 045-000-0001\n受信日時: 2026/11/20 10:05', null, null],
  ])('%s', (text, caller, pages) => {
    expect(call(network, text)).toMatchObject({ caller, pages });
  });

  it('the subject names the caller where the text does not', () => {
    expect(call(network, 'FAXを受信しました。', 'FAX受信のお知らせ[0350641328]').caller).toBe('0350641328');
    expect(call(network, '発信元: 03-5064-1328', 'FAX受信(045-000-0001)').caller).toBe('0350641328');
  });

  it('two different numbers under one label are nobody', () => {
    const own = parseFaxGateway({ name: 'n', from: 'f@example.jp', fields: { caller: ['発信元'] } });
    expect(call(own, '発信元: 03-5064-1328\n発信元: 06-4238-7328').caller).toBeNull();
  });
});

describe('which mails', () => {
  const from = (address: string, subject = 'FAX受信') => ({ from: { name: '', address }, subject });
  it('by address or domain, and the subject where one is given', () => {
    const both = [hylafax, network];
    expect(gatewayOf(from('faxmaster@fax.example.jp'), both)?.name).toBe('hyla');
    expect(gatewayOf(from('notice@netfax.example.jp'), both)?.name).toBe('net');
    expect(gatewayOf(from('notice@netfax.example.jp', 'ご請求'), both)).toBeNull();
    expect(gatewayOf(from('sato@example.jp'), both)).toBeNull();
    expect(gatewayOf({ from: null, subject: 'FAX' }, both)).toBeNull();
  });

  it('pages by their first bytes, whatever their name', () => {
    const file = (type: string) => ({ name: 'a.bin', type, bytes: 1, digest: '', encrypted: false });
    const attachments = ['application/pdf', 'image/tiff', 'image/png', 'text/html'].map(file);
    expect(faxFiles({ attachments }).map(({ type }) => type)).toEqual(['application/pdf', 'image/tiff']);
  });
});

describe('a gateway nobody listed', () => {
  const file = (type: string) => ({ name: 'a', type, bytes: 1, digest: '', encrypted: false });
  const of = (text: string, subject: string, type = 'application/pdf') =>
    probableGateway({
      from: { name: '', address: 'f@example.jp' },
      subject,
      text,
      attachments: [file(type)],
    });
  it('is known by its words, for explaining its mail', () => {
    expect(of(faxrcvd, 'Fax received from "x"', 'image/tiff')?.name).toBe('hylafax (not listed)');
    expect(of('受信日時: …', 'ＦＡＸ受信のお知らせ')?.name).toBe('network-fax (not listed)');
    expect(of('添付をご確認ください', '見積書')).toBeNull();
    expect(of(faxrcvd, 'Fax received', 'image/png')).toBeNull();
  });
});

it.each<[string, string, string]>([
  [
    'facsimile job 12 to 0355500142 completed',
    'Your job to 0355500142 was completed successfully.',
    'delivered',
  ],
  ['facsimile job 12 to 0355500142 failed', 'Your job to 0355500142 failed because:\nNo carrier', 'failed'],
  ['FAX送信完了のお知らせ', '', 'delivered'],
  ['FAX送信結果', '宛先: 03-5550-0142\n結果: 話中のため送信できませんでした', 'failed'],
  ['FAX送信結果', '宛先: 03-5550-0142\n結果: 正常終了', 'delivered'],
  ['facsimile job 12 to 0355500142 requeued', 'It will be tried again.', 'unclear'],
])('a report is read: %s', (subject, text, fate) => {
  expect(faxFate({ subject, text })).toBe(fate);
});

it('a gateway that sends takes the number in its address', () => {
  const sender = parseFaxGateway({ name: 's', from: 'f@example.jp', send: 'fax={number}@fax.example.jp' });
  expect(faxAddress([hylafax, sender], '0355500142')).toBe('fax=0355500142@fax.example.jp');
  expect(faxAddress([hylafax], '0355500142')).toBeNull();
  expect(faxAddress([sender], '03@evil')).toBeNull();
});

it.each([
  [{ from: 'a@example.jp', send: 'fax@fax.example.jp' }, /^send: /],
  [{ from: 'a@example.jp', send: '{number}@a.example.jp, b@example.jp' }, /^send: /],
  [{ from: 'nobody' }, /^from: /],
  [{ from: 'a@example.jp', subject: '(' }, /^subject: /],
  [{ from: 'a@example.jp', fields: { caller: '/no group/' } }, /^fields\.caller: /],
])('refuses %j', (setting, message) => {
  expect(() => parseFaxGateway({ name: 'x', ...setting })).toThrow(message);
});
