import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacks } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { useExecutorStage } from './executor-stage.harness.js';
import { ending, StoryTeller, unit, unitOn } from './executor.harness.js';

const stage = useExecutorStage();

const module_ = (text: string) =>
  unitOn({ engine: 'terraform', type: 'module' }, unit('base', { source: { files: { 'main.tf': text } } }));

const SMALL = 'resource "terraform_data" "only" { input = "made" }';

/** A disk of its own with so little space. Only root may make one, and not everywhere. */
function smallDisk(path: string): void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', path], { stdio: 'ignore' });
}

function cannotMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'caisson-disk-'));
  try {
    smallDisk(path);
    execFileSync('umount', [path]);
    return false;
  } catch {
    return true;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

describe.skipIf(lacks('terraform') || cannotMount())('a full disk', () => {
  it('fails the run by name, touches nothing, and a retry goes through once there is space', async () => {
    const disk = join(stage.place.dataDir, 'terraform', 'executor');
    smallDisk(disk);
    try {
      expect(() => writeFileSync(join(disk, 'filling'), Buffer.alloc(32_768))).toThrow('ENOSPC');
      const story = new StoryTeller(stage.outside.events);
      await story.startRun([module_(SMALL)], 'keep');
      const { applied, failure } = await ending(stage.outside, story, 'execution-failed');
      expect(failure).toMatchObject({ code: 'disk-full' });
      expect(failure.message).toContain('Free some space');
      expect(applied).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      await story.startRun([module_(SMALL)], 'keep');
      const verified = await ending(stage.outside, story, 'execution-verified');
      expect(verified.applied.map(({ unitId }) => unitId)).toEqual(['base']);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  }, 120_000);
});
