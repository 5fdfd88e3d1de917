/** The shape of the configuration file (spec 9): every key, its default and its bounds. */
import { z } from 'zod';

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day as YYYY-MM-DD')
  .refine((text) => {
    const at = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
  }, 'is not a day of the calendar');

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:MM');

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

const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, 'must be host:port, such as 127.0.0.1:2525');

/** `"09:00-12:00"` or `{from, to}`. */
const window = z.union([
  z
    .string()
    .regex(/^\d\d:\d\d\s*[-–~～]\s*\d\d:\d\d$/, 'must be HH:MM-HH:MM')
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
        context.addIssue({ code: 'custom', path: [index], message: `ends (${item.to}) before it begins` });
      }
      const before = list[index - 1];
      if (before && before.to > item.from) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'begins before the window above it ends',
        });
      }
    }
  });

/** `"2026-12-29"`, `"2026-12-29/2027-01-04"` or `{name, from, to}`; both days belong to the closure. */
const closure = z
  .union([
    z
      .string()
      .transform((text) => {
        const [from, to] = text.split('/');
        return { name: '当社休業日', from: from!.trim(), to: (to ?? from)!.trim() };
      })
      .pipe(z.object({ name: z.string(), from: day, to: day })),
    z
      .strictObject({ name: z.string().min(1).default('当社休業日'), from: day, to: day.optional() })
      .transform((item) => ({ name: item.name, from: item.from, to: item.to ?? item.from })),
  ])
  .refine((item) => item.from <= item.to, 'ends before it begins');

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

const mailboxSource = z.strictObject({
  name: z.string().min(1),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535).optional(),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
  user: z.string().min(1),
  passwordFile: z.string().optional(),
  tokenFile: z.string().optional(),
  folder: z.string().default('INBOX'),
  since: z.string(),
  done: z.string().default('Processed'),
});

const fieldSetting = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const formProfile = z.strictObject({
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
});

export const configSchema = z.strictObject({
  dataDir: z.string().min(1).optional(),
  database: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:PATH or postgres://…')
    .optional(),
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
  mailboxes: z.array(mailboxSource).default([]),
  smtp: z
    .strictObject({
      listen: z.union([listen, z.literal(false)]).default('127.0.0.1:2525'),
      lmtp: listen.optional(),
      trustedPeers: z.array(z.string()).default([]),
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
  supportNumber: z.strictObject({ mask: z.string().min(1).default('CL-9999-9999') }).prefault({}),
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
  faxGateways: z.array(z.record(z.string(), z.unknown())).default([]),
  formProfiles: z.array(formProfile).default([]),
  ocr: z
    .strictObject({
      workers: z.number().int().min(1).max(16).default(1),
      readers: z.array(z.string()).default([]),
    })
    .prefault({}),
  retention: z.number().int().min(1).nullable().default(null),
  http: z.strictObject({ listen: listen.optional() }).prefault({}),
  log: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type ConfigFile = z.output<typeof configSchema>;
