/**
 * The slots each kind of template may use. A template that names another one is refused at start, so that no
 * letter fails on the day it is to leave; NEUTRAL has nothing to leak because its slots hold nothing (spec 3.6).
 */

/** Kinds a template may declare in its front matter. */
export type TemplateKind =
  | 'acknowledgement'
  | 'fax-acknowledgement'
  | 'request-number'
  | 'neutral'
  | 'period'
  | 'reminder'
  | 'closing-notice'
  | 'notification'
  | 'confirmation'
  | 'digest'
  | 'staff-note'
  | 'answer';

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
  'fax-acknowledgement': [
    'ref',
    'received_at',
    'closure_notice',
    'pages',
    'pages_unreadable',
    'desk_mail',
    'desk_hours',
    'desk_contact',
  ],
  'request-number': [...TO_A_CUSTOMER, 'read_number'],
  neutral: COMMON,
  period: [...TO_A_CUSTOMER, 'number', 'period_end', 'service_from', 'renewal_desk'],
  reminder: [...TO_A_CUSTOMER, 'first_request_on', 'close_on'],
  'closing-notice': [...TO_A_CUSTOMER, 'reopen_until'],
  answer: [
    ...TO_A_CUSTOMER,
    'end_customer',
    'opening',
    'answer_intro',
    'answer',
    'contact_line',
    'closing_line',
    'staff_surname',
    'staff_signature',
    'question_quoted',
    'answered_on',
    'reopen_until',
  ],
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
    'attachment_hint',
    'answer_leaves_at',
    'answer_to',
    'answer_cc',
    'operations',
  ],
  confirmation: [
    'ref',
    'leaves_at',
    'not_today',
    'author',
    'to',
    'cc',
    'template',
    'attachments',
    'warnings',
    'rendered_subject',
    'rendered',
  ],
  'staff-note': ['ref', 'label', 'headline', 'remarks', 'own_text', 'operations'],
  digest: [
    'day',
    'as_of',
    'count_new',
    'count_follow_up',
    'count_review',
    'count_held',
    'since',
    'days_off',
    'count_total',
    'count_acknowledgements',
    'acknowledgements_when',
    'waiting',
    'overdue_hours',
    'overdue_count',
    'review_fax',
    'review_mail',
    'review_form',
    'review_phone',
    'held_rows',
    'failed',
    'junk',
    'junk_rows',
  ],
};

/** Slots of an answer that `#設定` may fill in any template; without it they hold the usual words. */
export const SETTABLE: readonly string[] = ['answer_intro', 'closing_line'];

/** The letters that must be there on the first day; each needs its template, of this kind. */
export const REQUIRED_TEMPLATES = {
  acknowledgement: 'acknowledgement',
  'acknowledgement-after-hours': 'acknowledgement',
  'acknowledgement-any-hour': 'acknowledgement',
  'fax-acknowledgement': 'fax-acknowledgement',
  'fax-resend': 'fax-acknowledgement',
  'request-number': 'request-number',
  neutral: 'neutral',
  'period-expired': 'period',
  'period-not-started': 'period',
  reminder: 'reminder',
  'closing-notice': 'closing-notice',
  notification: 'notification',
  confirmation: 'confirmation',
  digest: 'digest',
  'staff-note': 'staff-note',
  answer: 'answer',
} as const satisfies Readonly<Record<string, TemplateKind>>;

export type TemplateName = keyof typeof REQUIRED_TEMPLATES;
