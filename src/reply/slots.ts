/**
 * The slots each kind of template may use. A template that names another one is refused at start, so that no
 * letter fails on the day it is to leave; NEUTRAL has nothing to leak because its slots hold nothing (spec 3.6).
 */

/** Kinds a template may declare in its front matter. */
export type TemplateKind =
  | 'acknowledgement'
  | 'request-number'
  | 'neutral'
  | 'period'
  | 'reminder'
  | 'closing-notice'
  | 'notification';

/** A slot's value: text of one or several lines, a count, a switch, the lines of a list, or null for nothing. */
export type SlotValue = string | number | boolean | readonly string[] | null;
export type Slots = Readonly<Record<string, SlotValue>>;

const COMMON = ['ref', 'received_at', 'desk_name', 'desk_signature', 'closure_notice'];
const TO_A_CUSTOMER = [...COMMON, 'addressee', 'subject'];

export const SLOTS: Readonly<Record<TemplateKind, readonly string[]>> = {
  acknowledgement: [
    ...TO_A_CUSTOMER,
    'attachments_count',
    'number_not_at_start',
    'end_customer',
    'next_opening',
  ],
  'request-number': [...TO_A_CUSTOMER, 'read_number'],
  neutral: COMMON,
  period: [...TO_A_CUSTOMER, 'number', 'period_end', 'service_from', 'renewal_desk'],
  reminder: [...TO_A_CUSTOMER, 'first_request_on', 'close_on'],
  'closing-notice': [...TO_A_CUSTOMER, 'reopen_until'],
  notification: [
    'ref',
    'received_at',
    'subject',
    'event',
    'channel',
    'ack_state',
    'customer',
    'number',
    'number_where',
    'period',
    'customised',
    'from',
    'to',
    'cc',
    'reply_to',
    'authentication',
    'flags',
    'own_text',
    'attachments',
  ],
};

/** The letters the machine writes; each needs its template, of this kind. */
export const REQUIRED_TEMPLATES = {
  acknowledgement: 'acknowledgement',
  'acknowledgement-after-hours': 'acknowledgement',
  'acknowledgement-any-hour': 'acknowledgement',
  'request-number': 'request-number',
  neutral: 'neutral',
  'period-expired': 'period',
  'period-not-started': 'period',
  reminder: 'reminder',
  'closing-notice': 'closing-notice',
  notification: 'notification',
} as const satisfies Readonly<Record<string, TemplateKind>>;

export type TemplateName = keyof typeof REQUIRED_TEMPLATES;
