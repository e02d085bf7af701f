/** Times as the company's wall clock shows them. */
const locale = 'en-GB';

export class Calendar {
  readonly timezone: string;

  constructor(timezone: string) {
    this.timezone = timezone;
  }

  /** `Fri 26 March 2027` */
  day(at: Date): string {
    return this.#text(at, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).replace(
      ',',
      '',
    );
  }

  /** `Fri 26 Mar` */
  shortDay(at: Date): string {
    return this.#text(at, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
  }

  /** `03:35` */
  time(at: Date): string {
    return this.#text(at, { hour: '2-digit', minute: '2-digit' });
  }

  /** `Fri 26 Mar 03:35` */
  moment(at: Date): string {
    return `${this.shortDay(at)} ${this.time(at)}`;
  }

  /** As `moment`, with the year where that is not `now`'s. */
  until(at: Date, now: Date): string {
    const year = this.#text(at, { year: 'numeric' });
    return year === this.#text(now, { year: 'numeric' }) ? this.moment(at) : this.day(at);
  }

  #text(at: Date, options: Intl.DateTimeFormatOptions): string {
    return at.toLocaleString(locale, { ...options, timeZone: this.timezone });
  }
}
