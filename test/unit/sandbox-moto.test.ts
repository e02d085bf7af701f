import { describe, expect, test } from 'vitest';
import { mirrorIn } from '../sandbox/moto/debian-mirror.ts';
import { getMoto } from '../sandbox/moto/moto.ts';
import { requireVersion } from '../sandbox/moto/version.ts';

describe("moto's version", () => {
  test.each(['5.2.0', '5.2.1', '5.10.0', '6.0.0'])('%s serves', (version) => {
    expect(() => requireVersion(version)).not.toThrow();
  });

  test.each(['5.1.22', '4.9.9', 'unknown'])('%s is refused', (version) => {
    expect(() => requireVersion(version)).toThrow('5.2 or later is needed');
  });
});

describe('the mirror of Debian', () => {
  test.each([
    ['in one line', 'deb http://mirror.example/debian bookworm main contrib', 'http://mirror.example/debian'],
    [
      'with options',
      'deb [signed-by=/k.gpg arch=amd64] https://m.example/debian/ sid main',
      'https://m.example/debian',
    ],
    [
      'in a stanza, after others',
      'Types: deb\nURIs: https://other.example/debian\nSuites: x\nComponents: extra\n\n' +
        'Types: deb deb-src\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\n',
      'http://m.example/debian',
    ],
  ])('is found %s', (_, sources, mirror) => {
    expect(mirrorIn(sources)).toBe(mirror);
  });

  test.each([
    ['security updates', 'deb http://m.example/debian-security bookworm-security main'],
    ["others' packages", 'deb https://apt.example/packages stable main'],
    ['sources only', 'deb-src http://m.example/debian bookworm main'],
    ['what is commented out', '# deb http://m.example/debian bookworm main'],
    ['what is disabled', 'Enabled: no\nTypes: deb\nURIs: http://m.example/debian\nComponents: main\n'],
  ])('is not taken from %s', (_, sources) => {
    expect(mirrorIn(sources)).toBeUndefined();
  });
});

test('a way of getting moto that there is not is refused with those that there are', async () => {
  await expect(getMoto('brew')).rejects.toThrow('expected one of path, cached, pip, debian, docker');
});

test('where moto cannot be had, what was tried, why it failed and what to install is said', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '';
  try {
    await expect(getMoto('path')).rejects.toThrow(/path: moto_server is not on PATH\nInstall one of/);
  } finally {
    process.env['PATH'] = path;
  }
});
