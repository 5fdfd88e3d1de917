import { describe, expect, test } from 'vitest';
import { at, onBothDatabases } from '../../test/store-trial.ts';
import type { Contract, SupportNumber } from '../inquiry/contract.ts';
import { openStore } from './open.ts';

onBothDatabases('the registry', (trial) => {
  describe('registry', () => {
    const contract = (number: string, over: Partial<Contract> = {}): Contract => ({
      number: number as SupportNumber,
      customer: '架空商事株式会社',
      product: 'ChatLuck',
      purchasedOn: '2025-03-20',
      status: 'active',
      customised: true,
      periods: [
        { startsOn: '2025-04-01', endsOn: '2026-03-31' },
        { startsOn: '2026-04-01', endsOn: '2027-03-31' },
      ],
      contacts: [
        {
          company: '',
          department: '総務',
          name: '太郎',
          email: 'taro@example.jp',
          fax: '0300000000',
          phone: '',
        },
        { company: '', department: '', name: '', email: '@example.com', fax: '', phone: '' },
      ],
      ...over,
    });

    test('reads back what was imported; replaces named numbers and leaves others alone', async () => {
      await trial.store.contracts.replace([contract('CL-2'), contract('CL-1')], at);
      const changed = contract('CL-2', { status: 'cancelled', customised: false, periods: [], contacts: [] });
      await trial.store.contracts.replace([changed], at);
      expect(await trial.store.contracts.find('CL-1')).toEqual(contract('CL-1'));
      expect(await trial.store.contracts.find('CL-2')).toEqual(changed);
      expect(await trial.store.contracts.find('CL-3')).toBeNull();
      expect(await trial.store.contracts.count()).toBe(2);
    });

    test('finds contracts by address or by whole domain, and by nothing shorter', async () => {
      await trial.store.contracts.replace([contract('CL-1'), contract('CL-2', { contacts: [] })], at);
      const on = async (address: string) =>
        (await trial.store.contracts.registeredOn(address)).map(({ number }) => number);
      expect(await on('Taro@Example.jp')).toEqual(['CL-1']);
      expect(await on('anybody@example.com')).toEqual(['CL-1']);
      expect(await on('anybody@sub.example.com')).toEqual([]);
      expect(await on('jiro@example.jp')).toEqual([]);
      expect(await on('@example.com')).toEqual([]);
      expect(await on('')).toEqual([]);
    });

    test('finds contracts by the fax number of a contact, and knows every number', async () => {
      await trial.store.contracts.replace([contract('CL-1'), contract('CL-2', { contacts: [] })], at);
      const on = async (fax: string) =>
        (await trial.store.contracts.registeredFax(fax)).map(({ number }) => number);
      expect(await on('0300000000')).toEqual(['CL-1']);
      expect(await on('030000000')).toEqual([]);
      // A contact without a fax number is not reached by a caller who hides his.
      expect(await on('')).toEqual([]);
      expect(await trial.store.contracts.numbers()).toEqual(new Set(['CL-1', 'CL-2']));
    });

    test('two imports of the same numbers at once leave one of them whole', async () => {
      await using other = await openStore({ database: trial.database });
      const numbers = Array.from({ length: 700 }, (_, n) => `CL-${n}`);
      await Promise.all([
        trial.store.contracts.replace(
          numbers.map((number) => contract(number)),
          at,
        ),
        other.contracts.replace(
          numbers.toReversed().map((number) => contract(number)),
          at,
        ),
      ]);
      expect(await trial.store.contracts.count()).toBe(700);
      expect(await trial.store.contracts.find('CL-699')).toEqual(contract('CL-699'));
    });
  });
});
