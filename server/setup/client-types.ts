import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2024.d.ts', 'lib.webworker.d.ts', 'lib.webworker.asynciterable.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  declaration: true,
  emitDeclarationOnly: true,
};

/**
 * The declarations of a module and of what it imports from its own folder, by file name. Types that come from other
 * folders, where they are inferred from schemas, are written out, so that nothing else has to be published.
 */
export function declarationsOf(entry: string): Map<string, string> {
  const folder = path.dirname(entry);
  const program = ts.createProgram([entry], OPTIONS);
  const checker = program.getTypeChecker();
  const files = new Map<string, string>();
  for (const source of program.getSourceFiles().filter(({ fileName }) => path.dirname(fileName) === folder)) {
    program.emit(source, (name, text) => {
      const own = withoutForeign(text) + foreignTypes(checker, source);
      files.set(path.basename(name), own.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
    });
  }
  return files;
}

const FOREIGN = /^(?:import|export) type \{[^}]*\} from '\.\.\/[^']*';\n/gm;

function withoutForeign(declarations: string): string {
  return declarations.replaceAll(FOREIGN, '');
}

/** What a file exports or imports by name from another folder, as types of its own. */
function foreignTypes(checker: ts.TypeChecker, source: ts.SourceFile): string {
  const names = [...readFileSync(source.fileName, 'utf8').matchAll(FOREIGN)].flatMap(([statement]) =>
    [...(/\{([^}]*)\}/.exec(statement)?.[1] ?? '').matchAll(/\w+/g)].map(([name]) => name),
  );
  return [...new Set(names)]
    .map((name) => `export type ${name} = ${writtenOut(checker, source, name)};\n`)
    .join('');
}

function writtenOut(checker: ts.TypeChecker, source: ts.SourceFile, name: string): string {
  const module = checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find((exported) => exported.name === name);
  if (symbol === undefined)
    throw new Error(`${source.fileName} uses ${name} from elsewhere without exporting it.`);
  const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const { InTypeAlias, NoTruncation } = ts.TypeFormatFlags;
  return checker.typeToString(
    checker.getDeclaredTypeOfSymbol(original),
    undefined,
    InTypeAlias | NoTruncation,
  );
}
