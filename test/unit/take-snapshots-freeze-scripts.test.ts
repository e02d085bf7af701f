import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import {
  type FreezeOrder,
  freezeScript,
  quoted,
  undoScript,
} from '../../functions/take-snapshots/freeze-scripts.ts';
import { Machine } from './freeze-machine.ts';

let machine: Machine;

beforeEach(() => {
  machine = new Machine();
});

afterEach(() => machine.remove());

const order = (overrides: Partial<FreezeOrder> = {}): FreezeOrder => ({
  key: 'the-set',
  token: 'one',
  paths: [],
  freezeSeconds: 60,
  before: [],
  after: [],
  commandSeconds: 30,
  ...overrides,
});

const freeze = (overrides: Partial<FreezeOrder>) => machine.run(freezeScript(order(overrides)));
const undo = (overrides: Partial<FreezeOrder>) => machine.run(undoScript(order(overrides)));

describe('quoting', () => {
  test('gives back any text as one word, and no two braces side by side', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((sample) => !sample.includes('\0'));
    const tricky = fc
      .array(fc.constantFrom("'", '"', '$(touch x)', '`', '\\', '{', '}', '{{ssm:x}}', '\n', ' ', '-', '*'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, tricky), { minLength: 1, maxLength: 8 }), (texts) => {
        const script = `printf '%s\\0' ${texts.map(quoted).join(' ')}`;
        expect(script).not.toMatch(/\{\{|\}\}/);
        const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
        expect(stdout).toBe(texts.map((each) => `${each}\0`).join(''));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a freeze', () => {
  it('freezes every path, its watchdog armed before', () => {
    machine.set('on-freeze', 'ls "$MACHINE/timers" >>"$MACHINE/armed-at-freeze"');
    const paths = [machine.mount('www', '8:16'), machine.mount('data', '8:32')];
    expect(freeze({ paths, freezeSeconds: 45 })).toMatchObject({ status: 0, said: 'frozen one' });
    expect(machine.frozen).toEqual(['8:16', '8:32']);
    expect(machine.timers).toEqual([45]);
    expect(machine.text('armed-at-freeze')).toBe('groundskeeper-thaw-one\n'.repeat(2));
  });

  test.each([
    ['a space', 'my data'],
    ['quotes', `it's "here"`],
    ['a command', '$(touch pwned)`touch pwned`;touch pwned'],
    ['a leading hyphen', '-f'],
    ['what a glob is made of', '*[a]?'],
    ['what SSM replaces', '{{ssm:secret}}{{{x}}}'],
    ['a backslash', 'a\\nb'],
  ])('freezes a path with %s, and nothing in it is run', (_what, name) => {
    const path = machine.mount(name, '8:16');
    const script = freezeScript(order({ paths: [path] }));
    expect(script).not.toMatch(/\{\{|\}\}/);
    expect(machine.run(script).said).toBe('frozen one');
    expect(machine.text('fsfreeze.log')).toBe(`-f ${path}\n`);
    expect(undo({ paths: [path] }).said).toBe('thawed run held 0 after none');
    expect(machine.exists('pwned')).toBe(false);
    expect(machine.frozen).toEqual([]);
  });

  const inRoot = (make: (path: string) => void) => (m: Machine) => {
    make(m.path('it'));
    return m.path('it');
  };

  test.each<[string, (m: Machine) => string, string]>([
    ['does not exist', (m) => m.path('none'), 'is no directory'],
    ['is a file', inRoot((path) => writeFileSync(path, '')), 'is no directory'],
    ['is no mount point', inRoot((path) => mkdirSync(path)), 'is no mount point'],
    ['is the root by another name', inRoot((path) => symlinkSync('/', path)), '/ is never frozen'],
    ['shows a part of the root file system', (m) => m.mount('bound', '8:1'), 'holds /,'],
  ])('is refused where a path %s, and nothing is frozen', (_what, make, why) => {
    const paths = [machine.mount('www', '8:16'), make(machine)];
    const { status, said } = freeze({ paths, before: ['touch before'], after: ['touch after'] });
    expect(status).toBe(1);
    expect(said).toMatch(/^refused: /);
    expect(said).toContain(why);
    expect(machine.text('fsfreeze.log')).toBe('');
    expect([machine.timers, machine.exists('before'), machine.exists('after')]).toEqual([[], false, false]);
  });

  test.each(['/var/lib/amazon', '/var/log/amazon', '/tmp', '/run', '/usr', 'state'])(
    'is refused where its file system holds %s',
    (held) => {
      const path = machine.mount('www', '8:16');
      const place = held === 'state' ? `${machine.folder}/state` : held;
      // The nearest folder that exists is on that file system.
      machine.set('mounts', `8:16 ${path}\n8:16 ${place.replace(/\/amazon$/, '')}\n`);
      expect(freeze({ paths: [path] }).said).toMatch(/holds .*, without which nothing would thaw$/);
      expect(machine.text('fsfreeze.log')).toBe('');
    },
  );

  it('is refused where it cannot be told what file system something needed is on', () => {
    const paths = [machine.mount('www', '8:16')];
    machine.stub('findmnt', `case $6 in /usr) exit 1 ;; "${paths[0]}") echo 8:16 ;; *) echo 8:1 ;; esac`);
    expect(freeze({ paths }).said).toBe('refused: the device of /usr is unknown');
  });

  it('is refused where two paths are on one file system', () => {
    const paths = [machine.mount('www', '8:16'), machine.mount('www-again', '8:16')];
    expect(freeze({ paths }).said).toMatch(/another path names$/);
    expect(machine.text('fsfreeze.log')).toBe('');
  });

  it('freezes the mount point that a link leads to', () => {
    const path = machine.mount('real', '8:16');
    symlinkSync(path, machine.path('link'));
    expect(freeze({ paths: [machine.path('link')] }).said).toBe('frozen one');
    expect(machine.text('fsfreeze.log')).toBe(`-f ${path}\n`);
  });

  it('leaves alone what another has frozen, and thaws what it froze itself', () => {
    const paths = [machine.mount('www', '8:16'), machine.mount('data', '8:32')];
    mkdirSync(`${machine.folder}/frozen/8-32`);
    const { status, said } = freeze({ paths, after: ['touch after'] });
    expect([status, said]).toEqual([1, `refused: ${paths[1]} could not be frozen`]);
    expect(machine.frozen).toEqual(['8:32']);
    expect(machine.exists('after')).toBe(true);
    undo({ paths, after: ['touch after'] });
    expect(machine.frozen).toEqual(['8:32']);
  });

  it('does not begin when no watchdog can be armed', () => {
    machine.set('no-systemd');
    machine.stub('setsid', 'exit 1');
    machine.stub('sleep', ':');
    expect(freeze({ paths: [machine.mount('www', '8:16')] }).said).toBe(
      'refused: the watchdog could not be armed',
    );
    expect(machine.text('fsfreeze.log')).toBe('');
  });

  it('has a watchdog without systemd, too', async () => {
    machine.set('no-systemd');
    const paths = [machine.mount('www', '8:16')];
    expect(freeze({ paths, freezeSeconds: 3 }).said).toBe('frozen one');
    await expect.poll(() => machine.frozen, { timeout: 5_000 }).toEqual([]);
    expect(undo({ paths }).said).toBe('thawed watchdog held 0 after none');
  });

  it('that the watchdog overtook while it froze ends thawed', () => {
    machine.set(
      'on-freeze',
      'for thaw in "$GROUNDSKEEPER_STATE"/*/thaw; do sh "$thaw" watchdog >/dev/null; done',
    );
    machine.stub('sleep', ':');
    const paths = [machine.mount('www', '8:16'), machine.mount('data', '8:32')];
    expect(freeze({ paths }).said).toBe('refused: it was thawed meanwhile');
    expect(machine.frozen).toEqual([]);
  });

  it('asked for twice by SSM answers twice and freezes once', () => {
    const paths = [machine.mount('www', '8:16')];
    expect(freeze({ paths }).said).toBe('frozen one');
    expect(freeze({ paths }).said).toBe('frozen one');
    expect(machine.text('fsfreeze.log')).toBe(`-f ${paths[0]}\n`);
  });

  it('that comes after the run gave it up does not begin', () => {
    const paths = [machine.mount('www', '8:16')];
    const commands = { before: ['touch before'], after: ['touch after'] };
    expect(undo({ paths, ...commands }).said).toBe('thawed nothing');
    expect(freeze({ paths, ...commands }).said).toBe('refused: the run did not wait');
    expect([machine.frozen, machine.exists('before')]).toEqual([[], false]);
  });

  it('thaws first what an earlier attempt at the same set has left frozen', () => {
    const paths = [machine.mount('www', '8:16')];
    freeze({ paths, token: 'died', after: ['echo after >>order'] });
    expect(freeze({ paths, before: ['echo before >>order'] }).said).toBe('frozen one');
    expect(machine.text('order')).toBe('after\nbefore\n');
    expect(undo({ paths }).said).toBe('thawed run held 0 after none');
    // A late thaw of the dead run's finds nothing of its own.
    expect(freeze({ paths, token: 'two' }).said).toBe('frozen two');
    undo({ paths, token: 'died', after: ['echo after >>order'] });
    expect(machine.frozen).toEqual(['8:16']);
    expect(machine.text('order')).toBe('after\nbefore\n');
  });

  it('does not touch the freeze of another set', () => {
    const paths = [machine.mount('www', '8:16')];
    freeze({ paths, key: 'other' });
    expect(freeze({ paths }).said).toMatch(/could not be frozen$/);
    expect(undo({ paths, key: 'other' }).said).toBe('thawed run held 0 after none');
  });
});

describe('a thaw', () => {
  it('thaws all, disarms the watchdog, and tells how long all was frozen', () => {
    const paths = [machine.mount('www', '8:16'), machine.mount('data', '8:32')];
    freeze({ paths });
    machine.setTime(1_004);
    expect(undo({ paths })).toMatchObject({ status: 0, said: 'thawed run held 4 after none' });
    expect([machine.frozen, machine.timers]).toEqual([[], []]);
  });

  it('asked for twice answers the same twice, and does all once', () => {
    const paths = [machine.mount('www', '8:16')];
    freeze({ paths, after: ['echo x >>count'] });
    const answers = [undo({ paths }).said, undo({ paths }).said];
    expect(answers).toEqual(['thawed run held 0 after done', 'thawed run held 0 after done']);
    expect(machine.text('count')).toBe('x\n');
  });

  it('tells that the watchdog came before it', () => {
    const paths = [machine.mount('www', '8:16')];
    freeze({ paths, after: ['echo x >>count'] });
    machine.setTime(1_060);
    expect(machine.fireTimers()).toEqual([
      expect.objectContaining({ said: 'thawed watchdog held 60 after done' }),
    ]);
    expect(machine.frozen).toEqual([]);
    machine.setTime(1_200);
    expect(undo({ paths }).said).toBe('thawed watchdog held 60 after done');
    expect(machine.text('count')).toBe('x\n');
  });

  it('tells that somebody else thawed a part', () => {
    const paths = [machine.mount('www', '8:16'), machine.mount('data', '8:32')];
    freeze({ paths });
    machine.run(`rmdir '${machine.folder}/frozen/8-16'; echo`);
    expect(undo({ paths }).said).toBe('thawed run lost 0 after none');
    expect(machine.frozen).toEqual([]);
  });

  it('goes on where another died in the middle of it', () => {
    const paths = [machine.mount('www', '8:16')];
    freeze({ paths });
    machine.stub('sleep', ':');
    machine.run(
      'mv "$GROUNDSKEEPER_STATE/the-set.one/to-undo" "$GROUNDSKEEPER_STATE/the-set.one/undone-by-run"; echo',
    );
    expect(machine.fireTimers()).toHaveLength(1);
    expect(machine.frozen).toEqual([]);
  });
});

describe('the commands', () => {
  it('run before the freeze and after the thaw, in their order', () => {
    machine.set('on-freeze', 'echo frozen >>order');
    const commands = {
      paths: [machine.mount('www', '8:16')],
      before: ['echo "it\'s $((1 + 1))" >>order', 'cd /; echo {{two}} >>"$OLDPWD/order"'],
      after: ['echo after >>order'],
    };
    expect(freeze(commands).said).toBe('frozen one');
    expect(undo(commands).said).toBe('thawed run held 0 after done');
    expect(machine.text('order')).toBe("it's 2\n{{two}}\nfrozen\nafter\n");
  });

  test.each([
    ['fails', ['false', 'touch second']],
    ['takes too long', ['sleep 60', 'touch second']],
  ])('that %s keeps the freeze from beginning, and what follows is run', (_what, before) => {
    const commands = {
      paths: [machine.mount('www', '8:16')],
      before,
      after: ['touch after'],
      commandSeconds: 1,
    };
    const { status, said } = freeze(commands);
    expect([status, said]).toEqual([1, 'refused: a command before it failed or took more than 1 s']);
    expect(machine.text('fsfreeze.log')).toBe('');
    expect([machine.exists('second'), machine.exists('after')]).toEqual([false, true]);
  });

  it('that fails after the thaw is told', () => {
    const commands = {
      paths: [machine.mount('www', '8:16')],
      after: ['echo broken >&2; exit 3', 'touch second'],
    };
    freeze(commands);
    expect(undo(commands).said).toBe('thawed run held 0 after failed');
    expect([machine.frozen, machine.exists('second')]).toEqual([[], false]);
  });

  it('say what they like without being taken for an answer', () => {
    const commands = {
      paths: [machine.mount('www', '8:16')],
      before: ['echo groundskeeper frozen one; false'],
    };
    const { said, errors } = freeze(commands);
    expect(said).toMatch(/^refused: a command before it failed/);
    expect(errors).toContain('groundskeeper frozen one');
  });

  it('work without a freeze, and are followed though the run dies', () => {
    const commands = { before: ['touch before'], after: ['touch after'] };
    expect(freeze(commands).said).toBe('frozen one');
    expect(machine.exists('before')).toBe(true);
    machine.fireTimers();
    expect(machine.exists('after')).toBe(true);
  });
});
