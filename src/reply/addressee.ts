/**
 * 宛名: whom a letter greets. A person is 様, a department or a company alone 御中, never both; a post
 * (部長) stands before the name and takes no 様; whoever is not registered is お客様 (tone, 宛名 block).
 */
import type { Contact } from '../inquiry/contract.ts';
import { oneLine } from './words.ts';

export const STRANGER = 'お客様';

const HONORIFIC = /[ 　]{0,4}(?:様|さま|さん|御中)$|[ 　]{1,4}殿$/;
/** 鵜殿 is a surname: without a space before it, 殿 is taken off only when two characters or more stay. */
const JOINED_TONO = /^(..+)殿$/u;
const SECTION =
  '(?:(?:営業|総務|経理|人事|情報|管理|技術|開発|企画|購買|業務|財務|法務|広報|製造|品質|推進|生産|物流|運用|システム|サポート|第[一二三四五]){1,4})?';
const TITLE =
  '(?:(?:代表|専務|常務)?取締役(?:社長|会長)?|執行役員|(?:代表|副|専務|常務)?(?:社長|会長|理事長)|' +
  '(?:センター|グループ|チーム|ユニット|本部|工場|支店|支社|営業所|事務所|事務局)長|副?[部課係室局次所店院校園館学班]長|' +
  '専務|常務|理事|監事|監査役|顧問|参与|主任|主査|主幹|主事|教授|マネージャー|マネジャー|リーダー|ディレクター)';
const POST = new RegExp(`[ 　]{0,4}(${SECTION}${TITLE})$`);
/** A name that is plainly a department's: 部 alone would take 阿部 and 服部 for one. */
const DEPARTMENT_NAME =
  /(?:センター|グループ|チーム|窓口|事務局|委員会|デスク)$|(?:[ァ-ヶー]|営業|総務|経理|人事|情報|管理|技術|開発|企画|購買|業務|財務|法務|広報|製造|推進)[部課係室]$/;

/**
 * The lines of the 宛名. A contact registered by its whole domain is a company, not the person its row
 * names: nobody knows who wrote.
 */
export function addresseeOf(contact: Contact | null, customer: string): string {
  if (contact === null) return STRANGER;
  const company = withoutHonorific(contact.company === '' ? customer : contact.company);
  const department = withoutHonorific(contact.department);
  const named = contact.email.startsWith('@') ? '' : withoutHonorific(contact.name);
  const { post, person } = splitPost(named);
  if (person !== '' && !DEPARTMENT_NAME.test(person)) {
    const line = person.endsWith('先生') ? person : `${person} 様`;
    return lines(company, department, post === '' ? line : `${post} ${line}`);
  }
  const office = lines(company, department, person === department ? '' : person);
  return office === '' ? STRANGER : `${office} 御中`;
}

/** The end customer to name in the body when a distributor writes for it, else null. */
export function endCustomerOf(contact: Contact | null, customer: string): string | null {
  if (contact === null || contact.company === '') return null;
  return folded(contact.company) === folded(customer) ? null : oneLine(customer);
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

function withoutHonorific(text: string): string {
  return oneLine(text).replace(HONORIFIC, '').replace(JOINED_TONO, '$1').trim();
}

function splitPost(name: string): { readonly post: string; readonly person: string } {
  const match = POST.exec(name);
  if (match === null) return { post: '', person: name };
  return { post: match[1] ?? '', person: name.slice(0, match.index).trim() };
}

/** Company names are compared without width, spaces and legal form. */
function folded(company: string): string {
  return company
    .normalize('NFKC')
    .replace(/\s|株式会社|有限会社|合同会社|\((?:株|有|同)\)/g, '')
    .toLowerCase();
}
