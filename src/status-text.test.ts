import { describe, expect, it } from 'vitest';
import { by, gauge, metricsText } from './status-text.ts';

describe('the text a monitor reads', () => {
  it.each([
    [
      'a plain gauge',
      gauge('a_seconds', 'Age.', 1.5),
      '# HELP a_seconds Age.\n# TYPE a_seconds gauge\na_seconds 1.5\n',
    ],
    ['nothing known', gauge('a', 'A.', null), '# HELP a A.\n# TYPE a gauge\n'],
    [
      'one a label',
      by('counter', 'm_total', 'M.', 'state', { open: 2, closed: 0 }),
      '# HELP m_total M.\n# TYPE m_total counter\nm_total{state="open"} 2\nm_total{state="closed"} 0\n',
    ],
    [
      'a label that would break the line',
      by('gauge', 'm', 'M.', 'name', { 'a"b\\c\nd': 1 }),
      '# HELP m M.\n# TYPE m gauge\nm{name="a\\"b\\\\c\\nd"} 1\n',
    ],
  ])('%s', (_what, metric, expected) => {
    expect(metricsText([metric])).toBe(expected);
  });
});
