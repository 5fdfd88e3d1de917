/** JSON lines on standard error (spec 7): one line an event, ids only, never a text, an address's secret or a body. */
import pino from 'pino';
import type { Journal } from './desk/ports.ts';

export function openLog(level: string, destination: NodeJS.WritableStream = process.stderr): Journal {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.password', '*.pass', '*.accessToken', 'password', 'pass', 'accessToken'],
        censor: '…',
      },
    },
    destination,
  );
  return {
    info: (event, fields) => logger.info({ event, ...fields }),
    warn: (event, fields) => logger.warn({ event, ...fields }),
    error: (event, fields) => logger.error({ event, ...fields }),
  };
}
