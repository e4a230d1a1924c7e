// `xenlab dtc`: the compiler with dtc's options and exit statuses, and with a preprocessor of its own.
import {
  addAutoAliases,
  addFixups,
  addSymbols,
  compileSource,
  dropNames,
  dtcMessage,
  isWritableVersion,
  printAsm,
  printDts,
  printYaml,
  runChecks,
  sortTree,
  writeBlob,
  type DeviceTree,
  type DtError,
  type Finding,
} from '../../dt';
import { readTool, ToolFailure, writeTool } from '../fdt/files';
import { guessByName, guessInFormat, treeOfBlob, treeOfFolder } from './input';
import type { DtcRequest } from './options';
import { nodeSourceReader } from './reader';

/** What dtc calls what comes from a pipe. */
const STDIN = '<stdin>';
const HAS_ERRORS = 2;

/** @throws ToolFailure when there is no output. */
export function runDtc(request: DtcRequest, complain: (text: string) => void): void {
  const inFormat = request.inFormat ?? guessInFormat(request.input);
  const outFormat = request.outFormat ?? guessByName(request.output) ?? (inFormat === 'dts' ? 'dtb' : 'dts');
  if (request.annotate > 0 && (inFormat !== 'dts' || outFormat !== 'dts'))
    throw new ToolFailure('-T needs a source as input and output: -I dts -O dts');
  const run = new Run(request, complain);
  const tree = run.read(inFormat);
  if (request.bootCpu !== undefined) tree.bootCpu = request.bootCpu >>> 0;
  run.complete(tree);
  if (request.sort) sortTree(tree);
  run.write(tree, outFormat, inFormat);
}

class Run {
  constructor(
    private readonly request: DtcRequest,
    private readonly complain: (text: string) => void,
  ) {}

  read(format: string): DeviceTree {
    const { input, dependencies, output } = this.request;
    const files: string[] = [input === '-' ? STDIN : input];
    let tree: DeviceTree;
    if (format === 'dts') tree = this.compile(files);
    else if (format === 'dtb') tree = this.blob();
    else if (format === 'fs') tree = treeOfFolder(input);
    else throw new ToolFailure(`there is no input format "${format}"; use dts, dtb or fs`);
    const list = format === 'fs' ? [] : files;
    if (dependencies !== undefined) writeTool(dependencies, `${[`${output}:`, ...list].join(' ')}\n`);
    if (format !== 'dts') {
      this.judge(runChecks(tree, this.checks()));
      dropNames(tree);
    }
    return tree;
  }

  private blob(): DeviceTree {
    const { tree, remarks } = treeOfBlob(this.request.input);
    for (const remark of remarks) this.complain(`${remark}\n`);
    return tree;
  }

  private checks() {
    const { switches, quiet } = this.request;
    return { switches, quiet, stopAtError: true };
  }

  private compile(files: string[]): DeviceTree {
    const { input, includes, defines, symbols, phandleFormat } = this.request;
    const bytes = readTool(input);
    const {
      tree,
      partialTree,
      errors,
      warnings,
      findings,
      isWellFormed,
      files: read,
    } = compileSource(new TextDecoder().decode(bytes), {
      file: files[0]!,
      reader: nodeSourceReader(),
      includePaths: includes,
      defines,
      symbols,
      phandleFormat,
      bare: true,
      forced: this.request.force,
      checks: this.checks(),
    });
    files.push(...read);
    if (this.request.quiet < 1) for (const { message } of warnings) this.complain(`${message}\n`);
    if (!isWellFormed) throw new ToolFailure(describe(errors));
    this.judge(findings);
    return tree ?? partialTree;
  }

  /** Says what checks found, and ends when that is reason enough. */
  private judge(findings: readonly Finding[]): void {
    const { quiet, force, output } = this.request;
    for (const finding of findings) this.complain(dtcMessage(finding, output));
    if (!findings.some(({ severity }) => severity === 'error')) return;
    if (!force) throw new ToolFailure('the tree has errors; -f puts it out all the same', HAS_ERRORS);
    if (quiet < 3) this.complain('the tree has errors and is put out all the same\n');
  }

  /** Adds what is not in the input. */
  complete(tree: DeviceTree): void {
    const { autoAliases, symbols, phandleFormat, quiet } = this.request;
    const repeated = [
      ...(autoAliases ? addAutoAliases(tree) : []),
      ...(symbols ? addSymbols(tree, phandleFormat) : []),
    ];
    if (quiet < 1) for (const label of repeated) this.complain(`label ${label} is there already and stays as it is\n`);
    const [error] = tree.plugin ? addFixups(tree) : [];
    if (error) throw new ToolFailure(error.message);
  }

  write(tree: DeviceTree, format: string, inFormat: string): void {
    const { request } = this;
    writeTool(request.output, this.print(tree, format, inFormat));
  }

  private print(tree: DeviceTree, format: string, inFormat: string): Uint8Array | string {
    const { annotate, input, version, minSize, quiet } = this.request;
    if ((format === 'dtb' || format === 'asm') && !isWritableVersion(version))
      throw new ToolFailure(`blobs of version ${version} cannot be written; use 1, 2, 3, 16 or 17`);
    switch (format) {
      case 'dts':
        return printDts(tree, { annotate, file: input === '-' ? STDIN : input });
      case 'dtb': {
        const blob = writeBlob(tree, this.request);
        const size = blob.length;
        if (minSize > 0 && size > minSize && quiet < 1)
          this.complain(`Warning: blob size ${size} >= minimum size ${minSize}\n`);
        return blob;
      }
      case 'asm':
        return printAsm(tree, this.request);
      case 'yaml':
        if (inFormat !== 'dts') throw new ToolFailure('YAML needs a source as input: a blob does not say what is what');
        return printYaml(tree);
      case 'null':
        return '';
    }
    throw new ToolFailure(`there is no output format "${format}"; use dts, dtb, asm or yaml`);
  }
}

const describe = (errors: readonly DtError[]): string => errors.map(({ message }) => message).join('\n');
