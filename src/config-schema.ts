/** The shape of the configuration file (spec 9): every key, its default and its bounds. */
import { z } from 'zod';
import { parseTime } from './calendar/jst.ts';
import { faxLayouts, parseFaxGateway } from './inquiry/fax-gateway.ts';
import { parseFormProfile } from './inquiry/profile.ts';
import { parseMask } from './inquiry/support-number.ts';
import { parseListen, peerRule } from './mailbox/smtp-rules.ts';

/** Text that a reader of ours takes; its complaint is told as it is. */
const taken = (read: (text: string) => unknown) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      try {
        read(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    });

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

const dayAdvice = 'must be a day there is, written YYYY-MM-DD';
const day = z.string().refine(isDay, dayAdvice);

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time from 00:00 to 23:59, written HH:MM');

const address = z
  .string()
  .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, {
    error: 'must be a plain mail address such as cltech@example.jp',
  })
  .transform((text) => text.toLowerCase());

/** `"Name <address>"` or a bare address. */
const mailbox = z.string().transform((text, context) => {
  const match = /^([^<>\r\n]*)<([^<>\s]+)>$/.exec(text.trim());
  const parsed = address.safeParse(match ? match[2] : text.trim());
  if (!parsed.success) {
    context.addIssue({ code: 'custom', message: 'must be an address or "Name <address>"' });
    return z.NEVER;
  }
  return { name: match ? match[1]!.trim().replace(/^"(.*)"$/, '$1') : '', address: parsed.data };
});

const listenAdvice = 'must be host:port, such as 127.0.0.1:2525';
const listen = z.string().refine((text) => {
  try {
    return parseListen(text).host !== '';
  } catch {
    return false;
  }
}, listenAdvice);

/** `"09:00-12:00"` or `{from, to}`. */
const window = z.union([
  z
    .string()
    .regex(/^\d\d:\d\d\s*[-–~～]\s*\d\d:\d\d$/, 'must be HH:MM-HH:MM, such as 09:00-12:00')
    .transform((text) => ({ from: text.slice(0, 5), to: text.slice(-5) }))
    .pipe(z.object({ from: clock, to: clock })),
  z.strictObject({ from: clock, to: clock }),
]);

const windows = z
  .array(window)
  .min(1)
  .superRefine((list, context) => {
    for (const [index, item] of list.entries()) {
      if (item.from >= item.to) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `ends (${item.to}) before it begins (${item.from}); write the earlier time first`,
        });
      }
      const before = list[index - 1];
      if (before && before.to > item.from) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `begins (${item.from}) before the window above it ends (${before.to}); write windows in order, without overlap`,
        });
      }
    }
  });

/** `"2026-12-29"`, `"2026-12-29/2027-01-04"` or `{name, from, to}`; both days belong to the closure. */
const closure = z
  .union([
    z.string().transform((text, context) => {
      const days = text.split('/').map((part) => part.trim());
      if (days.length > 2 || !days.every(isDay)) {
        context.addIssue({ code: 'custom', message: `${dayAdvice}, or two of them with / between` });
        return z.NEVER;
      }
      return { name: '当社休業日', from: days[0]!, to: days.at(-1)! };
    }),
    z
      .strictObject({ name: z.string().min(1).default('当社休業日'), from: day, to: day.optional() })
      .transform((item) => ({ name: item.name, from: item.from, to: item.to ?? item.from })),
  ])
  .superRefine((item, context) => {
    if (item.from <= item.to) return;
    context.addIssue({
      code: 'custom',
      message: `ends (${item.to}) before it begins (${item.from}); check the year, write the first day first`,
    });
  });

const hoursKind = z.enum(['reception', 'business-day', 'always']);
const letterKind = z.enum([
  'acknowledgement',
  'request-number',
  'reminder',
  'closing-notice',
  'neutral',
  'period',
  'answer',
]);

const mailboxSource = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
        'must be letters, digits, - and _: it names an environment variable',
      ),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65535).optional(),
    tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
    user: z.string().min(1),
    passwordFile: z.string().min(1).optional(),
    tokenFile: z.string().min(1).optional(),
    folder: z.string().min(1).default('INBOX'),
    /** Null takes all. */
    since: z.string('must be all, or a time such as 2026-11-24T09:00:00').transform((text, context) => {
      const at = text === 'all' ? null : parseTime(text);
      if (at !== null || text === 'all') return at;
      context.addIssue({ code: 'custom', message: 'must be all, or a time such as 2026-11-24T09:00:00' });
      return z.NEVER;
    }),
    done: z.string().min(1).default('Processed'),
  })
  .superRefine((one, context) => {
    const add = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (one.passwordFile !== undefined && one.tokenFile !== undefined)
      add('tokenFile', 'cannot be set beside passwordFile; keep the one the server takes');
    if (one.done.toLowerCase() === one.folder.toLowerCase())
      add('done', 'must be another folder than the one that is read, or flag');
  });

const mailboxSources = z.array(mailboxSource).superRefine((list, context) => {
  const keys = list.map((one) => one.name.toLowerCase().replaceAll('-', '_'));
  for (const [index, key] of keys.entries())
    if (keys.indexOf(key) < index)
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: 'stands twice; each mailbox needs its own',
      });
});

const fieldSetting = z.union(
  [z.string().min(1), z.array(z.string().min(1)).min(1)],
  'must be a label, a list of labels, or a pattern between / and /',
);
/** A complaint of `parse` begins with the key it is about. */
const sound =
  <T>(parse: (setting: T) => unknown) =>
  (setting: T, context: z.core.$RefinementCtx<T>) => {
    try {
      parse(setting);
    } catch (error) {
      const [, key = '', message = ''] = /^([\w.]*): (.*)$/s.exec((error as Error).message) ?? [];
      const path = key === '' ? [] : key.split('.');
      context.addIssue({ code: 'custom', path, message: message || (error as Error).message });
    }
  };
const formProfile = z
  .strictObject({
    name: z.string().min(1),
    from: z.string().min(1),
    subject: z.string().optional(),
    fields: z.strictObject({
      address: fieldSetting,
      text: fieldSetting,
      number: fieldSetting.optional(),
      name: fieldSetting.optional(),
      company: fieldSetting.optional(),
    }),
  })
  .superRefine(sound(parseFormProfile));
const faxGateway = z
  .strictObject({
    name: z.string().min(1),
    from: z.string().min(1),
    subject: z.string().optional(),
    layout: z.enum(faxLayouts).default('network-fax'),
    send: z.string().optional(),
    fields: z
      .strictObject({
        caller: fieldSetting.optional(),
        claimed: fieldSetting.optional(),
        pages: fieldSetting.optional(),
      })
      .optional(),
  })
  .superRefine(sound(parseFaxGateway));

export const databaseAdvice = 'must be sqlite:PATH or postgres://user@host/database';
export function isDatabase(text: string): boolean {
  if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length;
  // Between @ and / a socket may be meant, which pg reads from the query.
  return /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text.replace('@/', '@localhost/'));
}

/**
 * Readers of fax numbers (docs/fax.md). Without our own nothing would stop two models of one engine that err alike, and the
 * text of a page is read by `page` anyway: only `line` can be spared.
 */
const readers = z
  .array(z.enum(['field', 'line', 'page']))
  .refine(
    (list) => list.length === 0 || (list.includes('field') && list.includes('page')),
    'must hold field and page, which no number is accepted without; only line may be left out',
  )
  .default([]);

export const configSchema = z.strictObject({
  dataDir: z.string().min(1).optional(),
  database: z.string().refine(isDatabase, databaseAdvice).optional(),
  addresses: z.array(address).min(1).default(['cltech@example.jp']),
  desk: z
    .strictObject({
      name: z.string().min(1).default('ChatLuck サポート窓口'),
      mail: address.optional(),
      fax: z.string().optional(),
      tel: z.string().optional(),
      signature: z.string().optional(),
    })
    .prefault({}),
  mailboxes: mailboxSources.default([]),
  smtp: z
    .strictObject({
      listen: z.union([listen, z.literal(false)], `${listenAdvice}, or false`).default('127.0.0.1:2525'),
      lmtp: listen.optional(),
      trustedPeers: z.array(taken((entry) => peerRule([entry]))).default([]),
      maxBytes: z.number().int().min(10_000).max(200_000_000).default(50_000_000),
    })
    .prefault({}),
  relay: z
    .strictObject({
      host: z.string().min(1),
      port: z.number().int().min(1).max(65535).default(25),
      tls: z.enum(['none', 'starttls', 'implicit']).optional(),
      user: z.string().optional(),
      passwordFile: z.string().optional(),
    })
    .optional(),
  from: mailbox.optional(),
  addressExtension: z.enum(['+', 'none']).default('none'),
  authservId: z.string().min(1).optional(),
  staff: z.array(z.strictObject({ name: z.string().min(1), address })).default([]),
  supportNumber: z.strictObject({ mask: taken(parseMask).default('CL-9999-9999') }).prefault({}),
  hours: z
    .strictObject({
      windows: windows.default([
        { from: '09:00', to: '12:00' },
        { from: '13:00', to: '17:30' },
      ]),
      closures: z.array(closure).default([]),
      closuresFile: z.string().optional(),
      closuresKnownUntil: day.optional(),
    })
    .prefault({}),
  outbox: z
    .strictObject({
      hours: z.partialRecord(letterKind, hoursKind).default({}),
      reminders: z.boolean().default(true),
      undoMinutes: z.number().min(0).max(60).default(3),
      perMinute: z.number().int().min(1).max(10_000).default(60),
    })
    .prefault({}),
  digest: z
    .union(
      [z.literal(false), z.strictObject({ overdueHours: z.number().min(1).max(1_000).default(8) })],
      'must be false, or { overdueHours: 8 }',
    )
    .prefault({}),
  faxGateways: z.array(faxGateway).default([]),
  formProfiles: z.array(formProfile).default([]),
  robots: z
    .array(
      z
        .string()
        .regex(/^[^\s@]*@[A-Za-z0-9][A-Za-z0-9.-]*$/, 'must be a mail address, or @domain')
        .toLowerCase(),
    )
    .default([]),
  ocr: z
    .strictObject({
      workers: z.number().int().min(1).max(16).default(1),
      readers,
    })
    .prefault({}),
  retention: z.number().int().min(1).nullable().default(null),
  http: z.strictObject({ listen: listen.optional() }).prefault({}),
  log: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type ConfigFile = z.output<typeof configSchema>;
