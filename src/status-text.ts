/**
 * The Prometheus text format 0.0.4 (`# HELP`, `# TYPE`, one line a sample). No sample names a customer, an address or
 * a text: its labels are states, kinds and the mailbox names of the configuration.
 */

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** Labels in order, and the value; null leaves the sample out. */
  readonly samples: readonly (readonly [Readonly<Record<string, string>>, number | null])[];
}

export function gauge(name: string, help: string, value: number | null): Metric {
  return { name, help, type: 'gauge', samples: [[{}, value]] };
}

/** One sample a key, under this label. */
export function by(
  type: Metric['type'],
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number | null>>,
): Metric {
  return {
    name,
    help,
    type,
    samples: Object.entries(values).map(([key, value]) => [{ [label]: key }, value]),
  };
}

export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map(one).join('');
}

function one({ name, help, type, samples }: Metric): string {
  const lines = samples.flatMap(([labels, value]) => {
    if (value === null) return [];
    const told = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return [`${name}${told.length === 0 ? '' : `{${told.join(',')}}`} ${value}\n`];
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** Backslash, quotation mark and line feed, as the format wants them. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
