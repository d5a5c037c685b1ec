import type { CaseResult } from './case.ts';
import type { Scores } from './metrics/index.ts';
import { METHODS } from './methods.ts';
import { type Summary, summarise } from './summary.ts';

interface Column {
  readonly title: string;
  readonly value: (scores: Scores) => number | undefined;
  readonly digits: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'MAE', value: (s) => s.mae, digits: 4 },
  { title: 'MSE', value: (s) => s.mse, digits: 4 },
  { title: 'SAD/1000', value: (s) => s.sad, digits: 2 },
  { title: 'gradient/1000', value: (s) => s.gradient, digits: 2 },
  { title: 'max F', value: (s) => s.maxF, digits: 4 },
  { title: 'S-measure', value: (s) => s.structure, digits: 4 },
  { title: 'boundary F', value: (s) => s.boundary, digits: 4 },
  { title: 'boundary F (DAVIS)', value: (s) => s.boundaryDavis, digits: 4 },
  { title: 'composite', value: (s) => s.composite, digits: 4 },
];

const written = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? '–';

/** A Markdown table: one row a method, then the same by tag for error and composite. */
export function textReport(cases: readonly CaseResult[]): string {
  const head = ['method', ...COLUMNS.map(({ title }) => title), 'ms/MP', 'worse by > 5 %'];
  const rows = summarise(cases).map(({ method, scores, millisecondsPerMegapixel, worse }) => [
    titleOf(method),
    ...COLUMNS.map(({ value, digits }) => written(value(scores), digits)),
    millisecondsPerMegapixel.toFixed(0),
    String(worse.length),
  ]);
  return [table(head, rows), changes(summarise(cases)), byTag(cases), worseCases(cases)].join('\n\n');
}

function titleOf(id: string): string {
  return METHODS.find((method) => method.id === id)?.title ?? id;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function percent(after: number | undefined, before: number | undefined): string {
  if (after === undefined || before === undefined || before === 0) return '–';
  const change = (after / before - 1) * 100;
  return `${change > 0 ? '+' : ''}${change.toFixed(1)} %`;
}

function changes([first, ...rest]: readonly Summary[]): string {
  const rows = rest.map(({ method, scores }) => [
    titleOf(method),
    percent(scores.mae, first.scores.mae),
    (scores.boundary - first.scores.boundary).toFixed(3),
    percent(scores.composite, first.scores.composite),
  ]);
  return table(['against the first', 'MAE', 'boundary F', 'composite'], rows);
}

function byTag(cases: readonly CaseResult[]): string {
  const rows = [...new Set(cases.map(({ tag }) => tag))].map((tag) => {
    const own = cases.filter((item) => item.tag === tag);
    const [first, ...rest] = summarise(own);
    return [
      `${tag} (${own.length})`,
      written(first.scores.mae, 4),
      ...rest.map(
        ({ scores }) =>
          `${percent(scores.mae, first.scores.mae)} / ${percent(scores.composite, first.scores.composite)}`,
      ),
    ];
  });
  const titles = cases[0].results.slice(1).map(({ method }) => `${titleOf(method)}: MAE / composite`);
  return table(['scenes', 'MAE before', ...titles], rows);
}

function worseCases(cases: readonly CaseResult[]): string {
  const lines = summarise(cases)
    .slice(1)
    .map(({ method, worse }) => `- ${titleOf(method)}: ${worse.length ? worse.join('; ') : 'none'}`);
  return ['Cases whose MAE grew by more than 5 %:', ...lines].join('\n');
}

const STYLE = `body{font:14px system-ui;margin:2rem;background:#fff;color:#222}table{border-collapse:collapse}
td,th{padding:.3rem .6rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}img{display:block;max-width:220px}
pre{overflow:auto;background:#f5f5f5;padding:1rem}`;

/** One self-contained page: the tables, then every case with its input, its exact cutout and each method's. */
export function htmlReport(cases: readonly CaseResult[]): string {
  const titles = ['input', 'exact', ...cases[0].results.map(({ method }) => titleOf(method))];
  const rows = cases.map((item) => {
    const pictures = [item.input, item.exact, ...item.results.map(({ picture }) => picture)];
    const notes = ['', '', ...item.results.map(({ scores }) => note(scores))];
    const cells = pictures.map(
      (picture, i) => `<td><img src="${picture}" alt="" loading="lazy">${notes[i]}</td>`,
    );
    return `<tr><th>${escaped(item.name)}<br>${item.megapixels.toFixed(1)} MP</th>${cells.join('')}</tr>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mattes</title><style>${STYLE}</style>
<h1>Mattes, measured</h1><pre>${escaped(textReport(cases))}</pre>
<table><tr><th></th>${titles.map((title) => `<th>${escaped(title)}</th>`).join('')}</tr>
${rows.join('\n')}</table></html>\n`;
}

function note({ mae, boundary, composite }: Scores): string {
  return `MAE ${mae.toFixed(4)} · bF ${boundary.toFixed(3)} · comp ${written(composite, 4)}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
