/**
 * Asks the registry whether packages that are shipped have known vulnerabilities, high or critical ones. Ends with 1
 * when they have. Where the registry has no such service, it says so in a line and ends with 0.
 */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), via: z.array(z.unknown()) })),
  metadata: z.object({ vulnerabilities: z.object({ total: z.number() }) }),
});
const advisory = z.object({ title: z.string(), url: z.string() });

const args = ['audit', '--omit=dev', '--audit-level=high', '--json'];
const { stdout } = spawnSync('npm', args, { encoding: 'utf8', timeout: 60_000 });
const parsed = report.safeParse(fromJson(stdout));
if (!parsed.success) {
  console.log('Not audited: the registry has no audit service that answers.');
} else {
  const grave = Object.entries(parsed.data.vulnerabilities).filter(([, { severity }]) =>
    ['high', 'critical'].includes(severity),
  );
  for (const [name, { severity, via }] of grave) {
    const why = via.flatMap((each) => advisory.safeParse(each).data ?? []);
    console.log(`${name}: ${severity}. ${why.map(({ title, url }) => `${title} (${url})`).join('; ')}`);
  }
  const { total } = parsed.data.metadata.vulnerabilities;
  console.log(`${String(grave.length)} packages with a grave vulnerability, ${String(total)} with any.`);
  process.exitCode = grave.length > 0 ? 1 : 0;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
