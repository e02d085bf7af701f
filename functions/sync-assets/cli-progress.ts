/** What a person sees while a run works: a bar on a terminal, lines elsewhere. */
import type { Log } from '../../shared/log.ts';
import type { Totals, Watch } from './watch.ts';

/** Where it is written to: `process.stdout`. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  watch: Watch;
  /** Shows what the run says of single files. */
  log: Log;
  /** What there was to do; all zero where it did not come to that. */
  totals: () => Totals;
  /** Takes the bar away. */
  end: () => void;
}

/** A bar that is drawn more often flickers, and costs more than the uploads. */
const redrawMilliseconds = 100;

const shown: Readonly<Record<string, string>> = {
  'resource.done': '',
  'resource.withheld': 'would ',
  'resource.deferred': 'not yet: ',
  'resource.failed': 'failed: ',
};

export function showProgress(screen: Screen, now: () => number = Date.now): Progress {
  const bar = screen.isTTY ? new Bar(screen, now) : undefined;
  const lines = new Lines(screen, now);
  const line = (message: string, values: Record<string, unknown>) => {
    const said = shown[message];
    // On a terminal the bar says enough of what goes well.
    if (said === undefined || (bar && message === 'resource.done')) return;
    bar?.clear();
    lines.add(`${said}${lineOf(values)}\n`);
  };
  let planned: Totals = { uploads: 0, headers: 0, deletes: 0, bytes: 0 };
  return {
    watch: {
      planned: (totals) => {
        planned = totals;
        bar?.start(totals);
      },
      settled: (bytes) => bar?.advance(bytes),
    },
    log: { debug: () => {}, info: line, warn: line, error: line },
    totals: () => planned,
    end: () => {
      bar?.clear();
      lines.flush();
    },
  };
}

/** A write to a pipe holds everything up until it is taken: several lines go at once. */
class Lines {
  readonly #screen: Screen;
  readonly #now: () => number;
  #text = '';
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
  }

  add(line: string): void {
    this.#text += line;
    if (this.#screen.isTTY || this.#now() - this.#writtenAt >= redrawMilliseconds) this.flush();
  }

  flush(): void {
    if (this.#text !== '') this.#screen.write(this.#text);
    this.#text = '';
    this.#writtenAt = this.#now();
  }
}

/** What the report logs of an outcome. */
interface Told {
  decision?: string;
  resource?: string;
  reason?: string;
  detail?: string;
  error?: { message?: string };
}

function lineOf(values: Record<string, unknown>): string {
  const { decision = '', resource = '', reason, detail, error }: Told = values;
  const why = [reason, detail, error?.message];
  return `${decision} ${resource} (${why.filter((word) => word !== undefined).join('; ')})`;
}

class Bar {
  readonly #screen: Screen;
  readonly #now: () => number;
  #totals: Totals | undefined;
  #files = 0;
  #bytes = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
  }

  start(totals: Totals): void {
    this.#totals = totals;
    this.#draw();
  }

  advance(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    if (this.#now() - this.#drawnAt >= redrawMilliseconds) this.#draw();
  }

  clear(): void {
    if (this.#totals) this.#screen.write('\r\x1b[K');
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #draw(): void {
    if (!this.#totals) return;
    this.#drawnAt = this.#now();
    const { uploads, headers, deletes, bytes } = this.#totals;
    const files = uploads + headers + deletes;
    // A file counts as much as 4 KiB, so that many small ones show as well as a large one.
    const share = (this.#bytes + this.#files * 4096) / Math.max(1, bytes + files * 4096);
    const text = ` ${Math.floor(share * 100)} %  ${this.#files} of ${files} files, ${readable(this.#bytes)} of ${readable(bytes)}`;
    const width = Math.max(0, Math.min(40, (this.#screen.columns ?? 80) - text.length - 3));
    const full = Math.round(share * width);
    this.#screen.write(`\r\x1b[K[${'#'.repeat(full)}${' '.repeat(width - full)}]${text}`);
  }
}

/** `12.3 MB` */
export function readable(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
